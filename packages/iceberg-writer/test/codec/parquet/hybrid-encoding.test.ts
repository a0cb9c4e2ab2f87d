import fc from "fast-check";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { ByteWriter } from "hyparquet-writer";
import { expect, test } from "vitest";
import { DefinitionLevels } from "../../../src/codec/parquet/definition-levels.ts";
import { writeHybrid } from "../../../src/codec/parquet/hybrid-encoding.ts";

function encode(values: readonly number[], width: number): Uint8Array {
  const writer = new ByteWriter(1);
  writeHybrid(writer, Int32Array.from(values), values.length, width);
  return writer.getBytes();
}

/** By another implementation. */
function decode(bytes: Uint8Array, width: number, count: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values = Array.from({ length: count }, () => -1);
  readRleBitPackedHybrid({ view, offset: 0 }, width, values, bytes.length);
  return values;
}

test("writes a run as its length and its value", () => {
  expect(
    encode(
      Array.from({ length: 100 }, () => 3),
      2,
    ),
  ).toEqual(Uint8Array.of(0xc8, 0x01, 3));
});

test("writes a run's value in as many bytes as its width takes", () => {
  expect(
    encode(
      Array.from({ length: 40 }, () => 0x12345),
      17,
    ),
  ).toEqual(Uint8Array.of(80, 0x45, 0x23, 0x01));
});

test("writes groups of eight where values differ, the last one padded", () => {
  expect(encode([0, 1, 2, 3, 4, 5, 6, 7, 1], 3)).toEqual(
    Uint8Array.of(0b101, 0b1000_1000, 0b1100_0110, 0b1111_1010, 1, 0, 0),
  );
});

test("reads back as the same values, whatever runs there are", () => {
  const runs = fc.array(fc.tuple(fc.nat({ max: 300 }), fc.nat({ max: 80 })), { maxLength: 12 });
  fc.assert(
    fc.property(runs, fc.array(fc.nat({ max: 300 })), (pairs, tail) => {
      const values = pairs.flatMap(([value, count]) => Array.from({ length: count }, () => value));
      values.push(...tail);
      expect(decode(encode(values, 9), 9, values.length)).toEqual(values);
    }),
  );
});

test("writes levels as a run while no row or every row is null", () => {
  const levels = new DefinitionLevels();
  levels.appendRows(20);
  expect(levels.encode().definition).toEqual(Uint8Array.of(40, 1));
  levels.clear();
  for (let row = 0; row < 3; row++) levels.markNull(row);
  levels.appendRows(3);
  expect(levels.encode().definition).toEqual(Uint8Array.of(6, 0));
});

test("reads back the levels of any null rows", () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.boolean(), { maxLength: 70 })), (slices) => {
      const levels = new DefinitionLevels();
      for (const slice of slices) {
        for (const [index, isNull] of slice.entries()) {
          if (isNull) levels.markNull(levels.rowCount + index);
        }
        levels.appendRows(slice.length);
      }
      const expected = slices.flat().map((isNull) => (isNull ? 0 : 1));
      const { definition } = levels.encode();
      expect(decode(definition, 1, expected.length)).toEqual(expected);
      expect(levels.nullCount).toBe(expected.filter((level) => level === 0).length);
    }),
  );
});
