import fc from "fast-check";
import { expect, test } from "vitest";
import { evenOffsets, type PhysicalVector } from "../../../src/codec/parquet/physical-vector.ts";
import { createValueDictionary } from "../../../src/codec/parquet/create-value-dictionary.ts";

const int32 = (values: readonly number[]): PhysicalVector => ({
  kind: "int32",
  length: values.length,
  values: Int32Array.from(values),
});

const int64 = (values: readonly bigint[]): PhysicalVector => ({
  kind: "int64",
  length: values.length,
  words: new Int32Array(BigInt64Array.from(values).buffer),
});

const bytes = (values: readonly Uint8Array[]): PhysicalVector => {
  const offsets = new Int32Array(values.length + 1);
  for (const [i, value] of values.entries()) offsets[i + 1] = offsets[i]! + value.length;
  return { kind: "bytes", length: values.length, offsets, data: Buffer.concat(values) };
};

const strings = (texts: readonly string[]): PhysicalVector =>
  bytes(texts.map((text) => Buffer.from(text)));

/** Ids by a Map over text: the plain twin. */
function idsOf(values: readonly unknown[]): number[] {
  const ids = new Map<string, number>();
  return values.map((value) => {
    const key = value instanceof Uint8Array ? value.join() : String(value);
    if (!ids.has(key)) ids.set(key, ids.size);
    return ids.get(key)!;
  });
}

interface Encoded {
  readonly ids: readonly number[];
  readonly size: number;
  /** The ids of the dictionary's own values. */
  readonly idsOfValues: readonly number[];
}

function encode<T>(
  vector: (values: readonly T[]) => PhysicalVector,
  batches: readonly (readonly T[])[],
): Encoded {
  const dictionary = createValueDictionary(vector([]).kind, true)!;
  const ids = new Int32Array(batches.flat().length);
  let at = 0;
  for (const batch of batches) {
    const rows = Int32Array.from(batch.keys());
    dictionary.encode(vector(batch), rows, batch.length, ids, at);
    at += batch.length;
  }
  const { size } = dictionary;
  const again = new Int32Array(size);
  dictionary.encode(dictionary.values(), Int32Array.from(again.keys()), size, again, 0);
  return { ids: [...ids], size, idsOfValues: [...again] };
}

function expected(batches: readonly (readonly unknown[])[]): Encoded {
  const ids = idsOf(batches.flat());
  const size = new Set(ids).size;
  return { ids, size, idsOfValues: [...Array(size).keys()] };
}

const batchesOf = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[][]> => fc.array(fc.array(value));

test("gives equal values equal ids, in the order of their first appearance", () => {
  fc.assert(
    fc.property(batchesOf(fc.oneof(fc.integer(), fc.nat(1100))), (batches) => {
      expect(encode(int32, batches)).toEqual(expected(batches));
    }),
  );
  fc.assert(
    fc.property(batchesOf(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (batches) => {
      expect(encode(int64, batches)).toEqual(expected(batches));
    }),
  );
  fc.assert(
    fc.property(batchesOf(fc.uint8Array()), (batches) => {
      expect(encode(bytes, batches)).toEqual(expected(batches));
    }),
  );
});

test("grows far beyond its first table", () => {
  const values = Array.from({ length: 5000 }, (_, i) => (i * 7919) % 4001);
  expect(encode(int32, [values])).toEqual(expected([values]));
  const longs = values.map((value) => BigInt(value) << 31n);
  expect(encode(int64, [longs])).toEqual(expected([longs]));
  const strings = values.map((value) => Buffer.from(`value ${value}`));
  expect(encode(bytes, [strings])).toEqual(expected([strings]));
});

test("looks others up beside values that were known to be distinct", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.array(fc.string()), (distinct, others) => {
      const dictionary = createValueDictionary("bytes", true)!;
      const ids = new Int32Array(distinct.length + others.length);
      const rows = Int32Array.from(ids.keys());
      dictionary.addDistinct?.(strings(distinct), rows, distinct.length, ids);
      dictionary.encode(strings(others), rows, others.length, ids, distinct.length);
      expect([...ids]).toEqual(idsOf([...distinct, ...others].map((text) => Buffer.from(text))));
    }),
  );
});

test("knows the bytes of its values in the plain encoding", () => {
  const dictionary = createValueDictionary("bytes", true)!;
  const vector = bytes([Buffer.from("ab"), Buffer.from("c"), Buffer.from("ab")]);
  dictionary.encode(vector, Int32Array.of(0, 1, 2), 3, new Int32Array(3), 0);
  expect(dictionary.plainByteLength).toBe(4 + 2 + 4 + 1);
  expect(createValueDictionary("boolean", false)).toBeUndefined();
  expect([...evenOffsets(3, 16)]).toEqual([0, 16, 32, 48]);
});
