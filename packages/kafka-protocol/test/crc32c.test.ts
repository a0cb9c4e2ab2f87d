import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32c } from "../src/crc32c.ts";

/** Bit by bit, straight from the polynomial. */
function crc32cByBits(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
  }
  return ~crc >>> 0;
}

describe("crc32c", () => {
  test.each([
    ["the digits 1 to 9", Buffer.from("123456789"), 0xe3069283],
    ["32 bytes of 0 (RFC 3720, B.4)", Buffer.alloc(32), 0x8a9136aa],
    ["32 bytes of 255 (RFC 3720, B.4)", Buffer.alloc(32, 255), 0x62a8ab43],
    ["0 to 31 (RFC 3720, B.4)", Buffer.from([...Array(32).keys()]), 0x46dd794e],
    ["31 to 0 (RFC 3720, B.4)", Buffer.from([...Array(32).keys()].toReversed()), 0x113fdb5c],
    ["nothing", Buffer.alloc(0), 0],
  ])("of %s", (_name, bytes, expected) => {
    expect(crc32c(bytes, 0, bytes.length)).toBe(expected);
  });

  test("equals the bitwise definition on any range", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), fc.nat(100), (bytes, a, b) => {
        const start = Math.min(a, b, bytes.length);
        const end = Math.max(start, Math.min(Math.max(a, b), bytes.length));
        expect(crc32c(bytes, start, end)).toBe(crc32cByBits(bytes.subarray(start, end)));
      }),
    );
  });
});
