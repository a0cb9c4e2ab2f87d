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

  test("equals the bitwise definition on any range, short or long, wherever it lies", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.nat(100), fc.integer({ min: 3300, max: 3400 }), fc.nat(9000)),
        fc.nat(16),
        fc.nat(16),
        fc.integer(),
        (length, before, behind, seed) => {
          const memory = randomBytes(before + length + behind, seed);
          const bytes = memory.subarray(Math.floor(before / 2));
          const start = before - Math.floor(before / 2);
          const expected = crc32cByBits(bytes.subarray(start, start + length));
          expect(crc32c(bytes, start, start + length)).toBe(expected);
        },
      ),
    );
  });

  test("sees each bit of a long range", () => {
    const bytes = randomBytes(5000, 1);
    const expected = crc32c(bytes, 0, bytes.length);
    for (let bit = 0; bit < 8 * bytes.length; bit += 61) {
      const at = bit >> 3;
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (bit & 7)), at);
      expect(crc32c(bytes, 0, bytes.length)).not.toBe(expected);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (bit & 7)), at);
    }
  });
});

/** xorshift32, whose state must not be 0. */
function randomBytes(length: number, seed: number): Buffer {
  let state = seed === 0 ? 1 : seed;
  return Buffer.from(
    Array.from({ length }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state & 255;
    }),
  );
}
