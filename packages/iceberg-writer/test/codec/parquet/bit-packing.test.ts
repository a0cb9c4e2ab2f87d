import fc from "fast-check";
import { expect, test } from "vitest";
import { bitWidthOf, packBits, packedByteLength } from "../../../src/codec/parquet/bit-packing.ts";

function pack(values: readonly number[], width: number): Uint8Array {
  const bytes = new Uint8Array(packedByteLength(values.length, width) + 3).fill(0xaa);
  packBits(Int32Array.from(values), 0, values.length, width, new DataView(bytes.buffer), 1);
  expect([bytes[0], ...bytes.slice(-2)]).toEqual([0xaa, 0xaa, 0xaa]);
  return bytes.slice(1, -2);
}

/** Bit by bit: the plain twin. */
function packSlowly(values: readonly number[], width: number): Uint8Array {
  const bytes = new Uint8Array(packedByteLength(values.length, width));
  for (const [index, value] of values.entries()) {
    for (let bit = 0; bit < width; bit++) {
      const at = index * width + bit;
      bytes[at >> 3]! |= ((value >> bit) & 1) << (at & 7);
    }
  }
  return bytes;
}

test("packs the example of the Parquet format", () => {
  expect(pack([0, 1, 2, 3, 4, 5, 6, 7], 3)).toEqual(
    Uint8Array.of(0b1000_1000, 0b1100_0110, 0b1111_1010),
  );
});

test("packs any values of any width as a slow twin does", () => {
  const input = fc.integer({ min: 1, max: 31 }).chain((width) =>
    fc.tuple(
      fc.constant(width),
      fc.array(fc.integer({ min: 0, max: 2 ** width - 1 }), {
        maxLength: 200,
      }),
    ),
  );
  fc.assert(
    fc.property(input, ([width, values]) => {
      expect(pack(values, width)).toEqual(packSlowly(values, width));
    }),
  );
});

test("knows how many bits a value needs", () => {
  expect([0, 1, 2, 3, 4, 255, 256, 2 ** 31 - 1].map(bitWidthOf)).toEqual([0, 1, 2, 2, 3, 8, 9, 31]);
});
