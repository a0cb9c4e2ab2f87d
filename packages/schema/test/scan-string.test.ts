import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findPlainStringEnd } from "../src/scan-string.ts";

/** The same, a byte at a time. */
function findEnd(bytes: Uint8Array, at: number, end: number): number {
  for (let index = at; index < end; index++) {
    const byte = bytes[index]!;
    if (byte === 0x22) return isUtf8(bytes.subarray(at, index)) ? index : -1;
    if (byte === 0x5c || byte < 0x20) return -1;
  }
  return -1;
}

describe("findPlainStringEnd", () => {
  it("finds what a search byte by byte finds", () => {
    const byte = fc.oneof(
      fc.nat(255),
      fc.constantFrom(0x00, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x5b, 0x5c, 0x5d, 0x7f, 0x80, 0xa2, 0xdc),
      { weight: 8, arbitrary: fc.integer({ min: 0x61, max: 0x7a }) },
      { weight: 4, arbitrary: fc.constantFrom(0xc3, 0xa9) },
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 40 }), fc.nat(3), (values, at) => {
        const bytes = Uint8Array.from([...values, ...Array.from({ length: 8 }, () => 0x22)]);
        const end = Math.max(at, values.length);
        const found = findPlainStringEnd(bytes, new DataView(bytes.buffer), at, end);
        expect(found).toBe(findEnd(bytes, at, end));
      }),
      { numRuns: 5000 },
    );
  });
});
