import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { caught } from "../caught.ts";
import { CodecError } from "../../src/codec/codec-error.ts";
import { inflateSnappy } from "../../src/codec/snappy.ts";

const LIMIT = 1_000_000;

/** What an encoder may emit: bytes as they are, or a copy of what came before. */
type Element =
  | { readonly kind: "literal"; readonly bytes: Uint8Array }
  | {
      readonly kind: "copy";
      readonly back: number;
      readonly length: number;
      readonly size: 1 | 2 | 4;
    };

const anyElement: fc.Arbitrary<Element> = fc.oneof(
  fc.record({
    kind: fc.constant("literal" as const),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  }),
  fc.record({
    kind: fc.constant("copy" as const),
    back: fc.nat(5000),
    length: fc.integer({ min: 1, max: 64 }),
    size: fc.constantFrom(1 as const, 2 as const, 4 as const),
  }),
);

/** Encodes the elements by the format's description, and what they stand for byte by byte. */
function encode(elements: readonly Element[]): { block: Buffer; plain: number[] } {
  const plain: number[] = [];
  const body: number[] = [];
  for (const element of elements) {
    if (element.kind === "literal") {
      const length = element.bytes.length - 1;
      if (length < 60) body.push(length << 2);
      else if (length < 256) body.push(60 << 2, length);
      else body.push(61 << 2, length & 255, length >> 8);
      body.push(...element.bytes);
      plain.push(...element.bytes);
      continue;
    }
    if (plain.length === 0) continue;
    const sizes = { 1: 2047, 2: 65_535, 4: 65_535 };
    const back = 1 + (element.back % Math.min(plain.length, sizes[element.size]));
    const length = element.size === 1 ? 4 + (element.length % 8) : element.length;
    if (element.size === 1) body.push(1 | ((length - 4) << 2) | ((back >> 8) << 5), back & 255);
    if (element.size === 2) body.push(2 | ((length - 1) << 2), back & 255, back >> 8);
    if (element.size === 4) body.push(3 | ((length - 1) << 2), back & 255, back >> 8, 0, 0);
    for (let i = 0; i < length; i++) plain.push(plain[plain.length - back] ?? 0);
  }
  const size: number[] = [];
  let rest = plain.length;
  for (; rest >= 128; rest >>= 7) size.push((rest & 127) | 128);
  return { block: Buffer.from([...size, rest, ...body]), plain };
}

function framed(...blocks: Buffer[]): Buffer {
  const header = Buffer.from([0x82, ...Buffer.from("SNAPPY"), 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const parts = blocks.flatMap((block) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    return [length, block];
  });
  return Buffer.concat([header, ...parts]);
}

describe("inflateSnappy", () => {
  test("a literal", () => {
    expect(inflateSnappy(Buffer.from([3, 2 << 2, 97, 98, 99]), LIMIT)).toEqual(
      Uint8Array.from(Buffer.from("abc")),
    );
  });

  test("a copy that overlaps its own output repeats it", () => {
    // "ab", then 6 bytes from 2 back.
    const block = Buffer.from([8, 1 << 2, 97, 98, 2 | (5 << 2), 2, 0]);
    expect(Buffer.from(inflateSnappy(block, LIMIT)).toString()).toBe("abababab");
  });

  test("any elements, raw and framed", () => {
    fc.assert(
      fc.property(fc.array(anyElement, { maxLength: 40 }), (elements) => {
        const { block, plain } = encode(elements);
        const expected = Uint8Array.from(plain);
        expect(inflateSnappy(block, LIMIT)).toEqual(expected);
        expect(inflateSnappy(framed(block, block), LIMIT)).toEqual(
          Uint8Array.from([...plain, ...plain]),
        );
      }),
    );
  });

  test("never more than the limit, whatever the block says", () => {
    const billion = Buffer.from([0x80, 0x94, 0xeb, 0xdc, 0x03, 0]);
    expect(() => inflateSnappy(billion, LIMIT)).toThrow(
      expect.objectContaining({ isTooLarge: true }),
    );
  });

  test.each([
    ["a copy from before the start", [4, 0, 97, 2 | (2 << 2), 9, 0]],
    ["a copy from 0 back", [4, 0, 97, 2 | (2 << 2), 0, 0]],
    ["a literal that is cut off", [3, 2 << 2, 97]],
    ["a copy that is cut off", [5, 0, 97, 2 | (3 << 2), 1]],
    ["fewer bytes than it says", [5, 0, 97]],
    ["more bytes than it says", [1, 1 << 2, 97, 98]],
    ["no size", []],
  ])("refuses %s", (_name, bytes) => {
    expect(() => inflateSnappy(Buffer.from(bytes), LIMIT)).toThrow(CodecError);
  });

  test("refuses a frame that is cut off", () => {
    const whole = framed(Buffer.from([3, 2 << 2, 97, 98, 99]));
    expect(() => inflateSnappy(whole.subarray(0, -1), LIMIT)).toThrow(CodecError);
  });

  test("broken bytes throw CodecError and nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const error = caught(() => inflateSnappy(bytes, LIMIT));
        expect(error === undefined || error instanceof CodecError).toBe(true);
      }),
    );
  });
});
