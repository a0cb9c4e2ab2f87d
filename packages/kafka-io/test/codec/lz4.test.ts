import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { caught } from "../caught.ts";
import { CodecError } from "../../src/codec/codec-error.ts";
import { inflateLz4 } from "../../src/codec/lz4.ts";

const LIMIT = 1_000_000;

interface Sequence {
  readonly literals: Uint8Array;
  readonly back: number;
  readonly length: number;
}

const anySequences: fc.Arbitrary<Sequence[]> = fc.array(
  fc.record({
    literals: fc.uint8Array({ minLength: 1, maxLength: 600 }),
    back: fc.nat(70_000),
    length: fc.integer({ min: 4, max: 700 }),
  }),
  { maxLength: 20 },
);

/** A length beyond 15: bytes of 255 and the rest. */
function extended(length: number): number[] {
  if (length < 15) return [];
  const rest = length - 15;
  return [...Array<number>(Math.floor(rest / 255)).fill(255), rest % 255];
}

/** A block by the format's description; `plain` holds what came before and grows by its meaning. */
function encodeBlock(sequences: readonly Sequence[], plain: number[]): Buffer {
  const out: number[] = [];
  for (const { literals, back, length } of sequences) {
    const distance = 1 + (back % Math.min(65_535, plain.length + literals.length));
    out.push((Math.min(literals.length, 15) << 4) | Math.min(length - 4, 15));
    out.push(...extended(literals.length), ...literals);
    plain.push(...literals);
    out.push(distance & 255, distance >> 8, ...extended(length - 4));
    for (let i = 0; i < length; i++) plain.push(plain[plain.length - distance] ?? 0);
  }
  // The last sequence is literals only.
  out.push(1 << 4, 33);
  plain.push(33);
  return Buffer.from(out);
}

/** A frame of version 1 with blocks of at most 64 KiB. `flags` beyond the version. */
function frame(blocks: readonly Buffer[], flags: number = 0): Buffer {
  const parts: Buffer[] = [Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x40 | flags, 0x40])];
  if ((flags & 0x08) !== 0) parts.push(Buffer.alloc(8));
  parts.push(Buffer.from([0]));
  for (const block of blocks) {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(block.length);
    parts.push(size, block);
    if ((flags & 0x10) !== 0) parts.push(Buffer.alloc(4));
  }
  parts.push(Buffer.alloc(4));
  if ((flags & 0x04) !== 0) parts.push(Buffer.alloc(4));
  return Buffer.concat(parts);
}

describe("inflateLz4", () => {
  test("literals, and a match that overlaps its own output", () => {
    // "ab" and 6 from 2 back, then "!".
    const block = Buffer.from([(2 << 4) | 2, 97, 98, 2, 0, 1 << 4, 33]);
    expect(Buffer.from(inflateLz4(frame([block]), LIMIT)).toString()).toBe("abababab!");
  });

  test("a stored block", () => {
    const stored = Buffer.concat([
      frame([]).subarray(0, 7),
      Buffer.from([3, 0, 0, 0x80, 97, 98, 99]),
    ]);
    const bytes = inflateLz4(Buffer.concat([stored, Buffer.alloc(4)]), LIMIT);
    expect(Buffer.from(bytes).toString()).toBe("abc");
  });

  test("any blocks, each reaching into those before, with every optional field", () => {
    const flags = fc.constantFrom(0, 0x04, 0x08, 0x10, 0x20, 0x3c);
    fc.assert(
      fc.property(fc.array(anySequences, { maxLength: 4 }), flags, (blocks, flags) => {
        const plain: number[] = [];
        const encoded = blocks.map((sequences) => encodeBlock(sequences, plain));
        expect(inflateLz4(frame(encoded, flags), LIMIT)).toEqual(Uint8Array.from(plain));
      }),
    );
  });

  test("never more than the limit", () => {
    const plain: number[] = [];
    const block = encodeBlock([{ literals: Uint8Array.of(7), back: 0, length: 60_000 }], plain);
    const hostile = frame(Array<Buffer>(100).fill(block));
    expect(inflateLz4(hostile, 100 * plain.length)).toHaveLength(100 * plain.length);
    expect(() => inflateLz4(hostile, 1_000_000)).toThrow(
      expect.objectContaining({ isTooLarge: true }),
    );
  });

  test.each([
    ["no frame", Buffer.from("not an LZ4 frame")],
    ["no end mark", frame([Buffer.from([1 << 4, 33])]).subarray(0, -4)],
    ["a match from before the start", frame([Buffer.from([1 << 4, 97, 9, 0, 1 << 4, 33])])],
    ["a match from 0 back", frame([Buffer.from([1 << 4, 97, 0, 0, 1 << 4, 33])])],
    ["literals that are cut off", frame([Buffer.from([9 << 4, 97])])],
    ["a length that is cut off", frame([Buffer.from([15 << 4, 255])])],
    [
      "a block beyond its frame's size",
      frame([Buffer.from([0x1f, 97, 1, 0, ...Array<number>(300).fill(255), 0, 16, 33])]),
    ],
  ])("refuses %s", (_name, bytes) => {
    expect(() => inflateLz4(bytes, LIMIT)).toThrow(CodecError);
  });

  test("broken bytes throw CodecError and nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const error = caught(() => inflateLz4(frame([Buffer.from(bytes)]), LIMIT));
        expect(error === undefined || error instanceof CodecError).toBe(true);
      }),
    );
  });
});
