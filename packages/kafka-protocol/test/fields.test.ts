import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader } from "../src/byte-reader.ts";
import { ByteWriter } from "../src/byte-writer.ts";
import { array, nullableArray, struct, tagged } from "../src/composite-field.ts";
import { type Field, since, within } from "../src/field.ts";
import {
  bool,
  bytes,
  int16,
  int32,
  int64,
  int8,
  nullableBytes,
  nullableString,
  string,
  uuid,
} from "../src/primitive-field.ts";

const FIXED = { number: 1, isFlexible: false };
const FLEXIBLE = { number: 2, isFlexible: true };
const VERSIONS = [FIXED, FLEXIBLE];

function write<Value>(field: Field<Value>, value: Value, version = FIXED): string {
  const writer = new ByteWriter();
  field.write(writer, value, version);
  return writer.toBuffer().toString("hex");
}

function read<Value>(field: Field<Value>, hex: string, version = FIXED): Value {
  return field.read(new ByteReader(Buffer.from(hex, "hex")), version);
}

/** Name, field, value, and its bytes by hand from the guide: fixed and flexible. */
const VECTORS: readonly (readonly [string, Field<unknown>, unknown, string, string])[] = [
  ["bool", bool, true, "01", "01"],
  ["int8", int8, -1, "ff", "ff"],
  ["int16", int16, -2, "fffe", "fffe"],
  ["int32", int32, 258, "00000102", "00000102"],
  ["int64", int64, -1n, "ffffffffffffffff", "ffffffffffffffff"],
  [
    "uuid",
    uuid,
    "ABEiM0RVZneImaq7zN3u_w",
    "00112233445566778899aabbccddeeff",
    "00112233445566778899aabbccddeeff",
  ],
  ["string", string, "né", "00036ec3a9", "046ec3a9"],
  ["empty string", string, "", "0000", "01"],
  ["null string", nullableString, undefined, "ffff", "00"],
  ["bytes", bytes, Buffer.of(1, 2), "000000020102", "030102"],
  ["null bytes", nullableBytes, undefined, "ffffffff", "00"],
  ["array", array(int16), [1, 2], "0000000200010002", "0300010002"],
  ["null array", nullableArray(int16), undefined, "ffffffff", "00"],
];

describe("fields", () => {
  it.each(VECTORS)("%s as the protocol's guide has it", (_name, field, value, fixed, flexible) => {
    expect(write(field, value)).toBe(fixed);
    expect(read(field, fixed)).toEqual(value);
    expect(write(field, value, FLEXIBLE)).toBe(flexible);
    expect(read(field, flexible, FLEXIBLE)).toEqual(value);
  });

  it("come with their version, and tagged fields are passed over", () => {
    const field = struct({
      old: within(0, 1, int16, -1),
      kept: int16,
      young: since(2, string, "none"),
    });
    const value = { old: 1, kept: 2, young: "x" };
    expect(write(field, value)).toBe("00010002");
    expect(read(field, "00010002")).toEqual({ ...value, young: "none" });
    expect(write(field, value, FLEXIBLE)).toBe("0002027800");
    // One tagged field: tag 5 with three bytes.
    expect(read(field, "000202780105030a0b0c", FLEXIBLE)).toEqual({ ...value, old: -1 });
  });

  it("have tagged ones behind them, where they have a value, by ascending tag", () => {
    const field = struct({ last: tagged(3, int16), kept: int8, first: tagged(0, string) });
    const none = { last: undefined, kept: 1, first: undefined };
    expect(write(field, none, FLEXIBLE)).toBe("0100");
    expect(write(field, { last: 2, kept: 1, first: "x" }, FLEXIBLE)).toBe("01020002027803020002");
    expect(read(field, "01020002027803020002", FLEXIBLE)).toEqual({
      last: 2,
      kept: 1,
      first: "x",
    });
    // Unknown tag 1 between them.
    expect(read(field, "010201017f03020002", FLEXIBLE)).toEqual({ ...none, last: 2 });
    expect(write(field, { last: 2, kept: 1, first: "x" })).toBe("01");
    expect(() => read(field, "01010305000200", FLEXIBLE)).toThrow(RangeError);
  });

  it("read back what they wrote, and nothing of bytes that are cut off", () => {
    const field = struct({
      flag: bool,
      id: int64,
      name: nullableString,
      parts: array(struct({ index: int32, records: nullableBytes })),
      others: nullableArray(string),
    });
    const option = { nil: undefined };
    const records = fc.option(
      fc.uint8Array({ maxLength: 300 }).map((each) => Buffer.from(each)),
      option,
    );
    const value = fc.record({
      flag: fc.boolean(),
      id: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      name: fc.option(fc.string({ unit: "binary", maxLength: 300 }), option),
      parts: fc.array(fc.record({ index: fc.integer(), records })),
      others: fc.option(fc.array(fc.string({ unit: "grapheme" })), option),
    });
    fc.assert(
      fc.property(value, fc.constantFrom(...VERSIONS), fc.nat(), (value, version, cut) => {
        const hex = write(field, value, version);
        expect(read(field, hex, version)).toEqual(value);
        const kept = cut % (hex.length / 2);
        expect(() => read(field, hex.slice(0, 2 * kept), version)).toThrow(RangeError);
      }),
    );
  });

  it("give bytes as views", () => {
    const message = Buffer.from("00000002abcd", "hex");
    const view = bytes.read(new ByteReader(message), FIXED);
    message[4] = 0;
    expect(view.toString("hex")).toBe("00cd");
  });

  it("throw RangeError, and nothing else, for whatever bytes there are", () => {
    const field = struct({
      names: array(string),
      parts: nullableArray(struct({ id: uuid, records: nullableBytes })),
    });
    const lengths = [
      "7fffffff",
      "80000000",
      "00000005",
      "ffffffff0f",
      "ffffffffff7f",
      "7fff",
      "05",
    ];
    const hex = fc
      .array(fc.oneof(fc.constantFrom(...lengths), fc.uint8Array({ maxLength: 9 }).map(toHex)))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(hex, fc.constantFrom(...VERSIONS), (hex, version) => {
        expect([undefined, "RangeError"]).toContain(errorNameOf(() => read(field, hex, version)));
      }),
      { numRuns: 500 },
    );
  });
});

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function errorNameOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.name : "no error";
  }
}
