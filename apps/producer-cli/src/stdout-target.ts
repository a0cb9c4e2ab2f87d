import { once } from "node:events";
import type { Writable } from "node:stream";
import type { RecordTarget } from "./record-target.ts";

const LINE_BREAK = Uint8Array.of(0x0a);
const NULL_VALUE = new TextEncoder().encode("null");

/** Writes each value as it is as a line, and a null value as `null`. */
export function createStdoutTarget(output: Writable): RecordTarget {
  return {
    name: "standard output",
    async write(events) {
      const parts = events.flatMap(({ value }) => [value ?? NULL_VALUE, LINE_BREAK]);
      if (!output.write(Buffer.concat(parts))) await once(output, "drain");
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
