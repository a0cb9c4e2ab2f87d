import fc from "fast-check";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { expect, test } from "vitest";
import { encodeInt32Deltas, encodeInt64Deltas } from "../../../src/codec/parquet/delta-encoding.ts";

/** By another implementation. */
function decode<Values extends Int32Array | BigInt64Array>(
  bytes: Uint8Array,
  into: Values,
): Values {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
  deltaBinaryUnpack(reader, into.length, into);
  expect(reader.offset).toBe(bytes.length);
  return into;
}

function encodeLongs(values: BigInt64Array): Uint8Array {
  return encodeInt64Deltas(new Int32Array(values.buffer));
}

// The two examples of the specification (Parquet: Encodings), in blocks of 128 in four miniblocks.
test("writes values at one distance as their first, their distance, and no bits", () => {
  const expected = Uint8Array.of(0x80, 0x01, 4, 5, 2, 2, 0, 0, 0, 0);
  expect(encodeInt32Deltas(Int32Array.of(1, 2, 3, 4, 5))).toEqual(expected);
  expect(encodeLongs(BigInt64Array.of(1n, 2n, 3n, 4n, 5n))).toEqual(expected);
});

test("writes what each distance is more than the least, in as many bits as the largest needs", () => {
  const header = [0x80, 0x01, 4, 8, 14, 3];
  const widths = [2, 0, 0, 0];
  const packed = [0b1100_0000, 0b0011_1111, 0, 0, 0, 0, 0, 0];
  const expected = Uint8Array.from([header, widths, packed].flat());
  expect(encodeInt32Deltas(Int32Array.of(7, 5, 3, 1, 2, 3, 4, 5))).toEqual(expected);
  expect(encodeLongs(BigInt64Array.of(7n, 5n, 3n, 1n, 2n, 3n, 4n, 5n))).toEqual(expected);
});

test("writes no values as a header, and one as a header that has it", () => {
  expect(encodeInt32Deltas(new Int32Array(0))).toEqual(Uint8Array.of(0x80, 0x01, 4, 0, 0));
  const least = BigInt64Array.of(-(2n ** 63n));
  expect([...encodeLongs(least)]).toEqual([0x80, 0x01, 4, 1, ...Array(9).fill(0xff), 0x01]);
});

test("takes a tenth of a byte for a value of offsets that follow one another", () => {
  const offsets = BigInt64Array.from({ length: 65_536 }, (_, i) => 5_000_000_000n + BigInt(i));
  expect(encodeLongs(offsets).length).toBeLessThan(65_536 / 10);
});

/** Runs of steps of one size, as columns have them, and any values between. */
const RUN = fc.record({
  start: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  step: fc.bigInt({ min: -9n, max: 2n ** 40n }),
  count: fc.nat({ max: 200 }),
});

test("reads back as the same values of 64 bits", () => {
  const wild = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 200 });
  fc.assert(
    fc.property(fc.array(RUN, { maxLength: 5 }), wild, (runs, tail) => {
      const all = runs.flatMap(({ start, step, count }) =>
        Array.from({ length: count }, (_, i) => start + step * BigInt(i)),
      );
      const values = BigInt64Array.from([...all, ...tail]);
      expect(decode(encodeLongs(values), new BigInt64Array(values.length))).toEqual(values);
    }),
  );
});

test("reads back as the same values of 32 bits", () => {
  const wild = fc.array(fc.integer(), { maxLength: 400 });
  const near = fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 400 });
  fc.assert(
    fc.property(wild, near, (...parts) => {
      const values = Int32Array.from(parts.flat());
      expect(decode(encodeInt32Deltas(values), new Int32Array(values.length))).toEqual(values);
    }),
  );
});
