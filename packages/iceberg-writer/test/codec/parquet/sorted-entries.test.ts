import fc from "fast-check";
import { expect, test } from "vitest";
import type { PhysicalVector } from "../../../src/codec/parquet/physical-vector.ts";
import { sortedEntries } from "../../../src/codec/parquet/sorted-entries.ts";

function vectorOf(texts: readonly Uint8Array[]): PhysicalVector {
  const offsets = new Int32Array(texts.length + 1);
  for (const [i, { length }] of texts.entries()) offsets[i + 1] = offsets[i]! + length;
  return { kind: "bytes", length: texts.length, offsets, data: Buffer.concat(texts) };
}

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
      const order = sortedEntries(vectorOf(values), values.length);
      const expected = values.toSorted((left, right) => Buffer.compare(left, right));
      expect(Array.from(order!, (position) => values[position]!)).toEqual(expected);
    }),
  );
});

test("leaves alone what it has no table for", () => {
  expect(sortedEntries(strings("a", "bc"), 2)).toBeUndefined();
  expect(sortedEntries(strings(), 0)).toBeUndefined();
  expect(sortedEntries(strings("b", "a", "b"), 3)).toBeUndefined();
  expect(sortedEntries({ kind: "int32", length: 1, values: Int32Array.of(1) }, 1)).toBeUndefined();
  const random = Array.from({ length: 300 }, (_, i) => Buffer.alloc(4, i * 2654435761));
  for (const [i, entry] of random.entries())
    entry.writeUInt32BE(Math.imul(i + 1, 0x9e3779b1) >>> 0);
  expect(sortedEntries(vectorOf(random), random.length)).toBeUndefined();
});

test("looks only at the first entries, wherever they begin", () => {
  const all = strings("zz", "b1", "a2", "longer");
  if (all.kind !== "bytes") throw new TypeError(all.kind);
  const behind = { ...all, offsets: all.offsets.subarray(1), length: 3 };
  expect([...sortedEntries(behind, 2)!]).toEqual([1, 0]);
});
