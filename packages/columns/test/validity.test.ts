import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  clearBit,
  countBits,
  countNulls,
  createBitmap,
  gatherBitmap,
  isBitSet,
  isValidRow,
  setBit,
  sliceBitmap,
} from "../src/index.ts";

const bits = fc.array(fc.boolean(), { maxLength: 70 });

function bitmapOf(values: readonly boolean[]): Uint8Array {
  const bitmap = createBitmap(values.length);
  for (const [row, value] of values.entries()) if (value) setBit(bitmap, row);
  return bitmap;
}

function bitsOf(bitmap: Uint8Array, length: number): boolean[] {
  return Array.from({ length }, (_, row) => isBitSet(bitmap, row));
}

describe("bitmaps", () => {
  it("have the least significant bit first and zeros behind the last row", () => {
    expect([...bitmapOf([true, false, false, true])]).toEqual([0b1001]);
    expect([...createBitmap(10, 1)]).toEqual([0xff, 0b11]);
    expect([...createBitmap(8, 1)]).toEqual([0xff]);
    expect([...createBitmap(0, 1)]).toEqual([]);
  });

  it("set, clear and count like an array of booleans", () => {
    fc.assert(
      fc.property(bits, fc.nat(69), (values, row) => {
        const bitmap = bitmapOf(values);
        expect(bitsOf(bitmap, values.length)).toEqual(values);
        expect(countBits(bitmap, values.length)).toBe(values.filter(Boolean).length);
        expect(countNulls(bitmap, values.length)).toBe(values.filter((value) => !value).length);
        clearBit(bitmap, row);
        expect(bitsOf(bitmap, values.length)).toEqual(values.map((v, at) => v && at !== row));
      }),
    );
  });

  it("slice and gather like an array of booleans", () => {
    fc.assert(
      fc.property(bits, fc.nat(70), fc.nat(70), (values, one, other) => {
        const [start, end] = [
          Math.min(one, other, values.length),
          Math.min(Math.max(one, other), values.length),
        ];
        const slice = sliceBitmap(bitmapOf(values), start, end);
        expect([...slice]).toEqual([...bitmapOf(values.slice(start, end))]);
        const rows = Int32Array.from(values.keys()).reverse();
        expect([...gatherBitmap(bitmapOf(values), rows)]).toEqual([
          ...bitmapOf(values.toReversed()),
        ]);
      }),
    );
  });

  it("are all valid where there is none", () => {
    expect(isValidRow(undefined, 3)).toBe(true);
    expect(countNulls(undefined, 3)).toBe(0);
  });
});
