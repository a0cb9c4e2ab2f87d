import fc from "fast-check";
import { expect, test } from "vitest";
import type { PhysicalVector } from "../../../src/codec/parquet/physical-vector.ts";
import { sortedEntries } from "../../../src/codec/parquet/sorted-entries.ts";

function vectorOf(texts: readonly Uint8Array[]): PhysicalVector {
  const offsets = new Int32Array(texts.length + 1);
  for (const [i, { length }] of texts.entries()) offsets[i + 1] = offsets[i]! + length;
  return { kind: "bytes", length: texts.length, offsets, data: Buffer.concat(texts) };
}

const all = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);

const strings = (...texts: readonly string[]): PhysicalVector =>
  vectorOf(texts.map((text) => Buffer.from(text)));

test("orders entries of one length as their bytes do", () => {
  const byte = fc.constantFrom(0, 0x30, 0x31, 0x39, 0x7f, 0x80, 0xff);
  const entry = fc
    .tuple(byte, fc.constant(0x2d), byte, byte)
    .map((parts) => Uint8Array.from(parts));
  const entries = fc.uniqueArray(entry, { selector: (bytes) => bytes.join(), minLength: 1 });
  fc.assert(
    fc.property(entries, (values) => {
      const order = sortedEntries(vectorOf(values), all(values.length));
      const expected = values.toSorted((left, right) => Buffer.compare(left, right));
      expect(Array.from(order!, (position) => values[position]!)).toEqual(expected);
    }),
  );
});

test("leaves alone what it has no table for", () => {
  expect(sortedEntries(strings("a", "bc"), all(2))).toBeUndefined();
  expect(sortedEntries(strings(), all(0))).toBeUndefined();
  expect(sortedEntries(strings("b", "a", "b"), all(3))).toBeUndefined();
  const numbers = { kind: "int32", length: 1, values: Int32Array.of(1) } as const;
  expect(sortedEntries(numbers, all(1))).toBeUndefined();
  const random = Array.from({ length: 300 }, (_, i) => Buffer.alloc(4, i * 2654435761));
  for (const [i, entry] of random.entries())
    entry.writeUInt32BE(Math.imul(i + 1, 0x9e3779b1) >>> 0);
  expect(sortedEntries(vectorOf(random), all(random.length))).toBeUndefined();
});

test("looks only at the entries that it is given", () => {
  const some = strings("longer", "b1", "a2", "zz", "a1");
  expect([...sortedEntries(some, Int32Array.of(1, 2, 4))!]).toEqual([4, 2, 1]);
});
