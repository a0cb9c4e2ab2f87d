import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";
import { describeFileIo } from "./describe-file-io.ts";

describeFileIo("memory", async () => {
  const fileIo = createMemoryFileIo();
  return { fileIo, root: "memory://test/", [Symbol.asyncDispose]: async () => {} };
});
