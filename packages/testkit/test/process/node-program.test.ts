import { expect, it } from "vitest";
import { startNodeProgram } from "../../src/index.ts";

it("runs a file of the workspace on this Node", async () => {
  const entry = new URL("../../../../tools/count-results.mjs", import.meta.url);
  await using program = await startNodeProgram({ entry, args: ["/nowhere", "unit=0"] });
  expect(await program.exit).toEqual({ code: 0 });
  expect(program.stdout()).toContain("1 passed, 0 failed");
});
