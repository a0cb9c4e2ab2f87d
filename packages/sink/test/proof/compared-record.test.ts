import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeDifference, recordText } from "../../src/proof/compared-record.ts";
import type { ComparedRecord } from "../../src/proof/compared-record.ts";

function row(...values: ComparedRecord["values"]): ComparedRecord {
  return { decision: "row", values };
}

const value = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.bigInt(),
  fc.double({ noNaN: true }),
  fc.string(),
  fc.constantFrom("null", "1", "true", "0x00", '"a" "b"'),
  fc.uint8Array(),
);

describe("recordText", () => {
  it("is the same only for records without a difference", () => {
    fc.assert(
      fc.property(fc.tuple(value, value), fc.tuple(value, value), (left, right) => {
        const difference = describeDifference(row(...left), row(...right), ["a", "b"]);
        expect(recordText(row(...left)) === recordText(row(...right))).toBe(
          difference === undefined,
        );
      }),
    );
  });

  it.each([
    ["an int in a long column", 5, 5n],
    ["a float in a double column", Math.fround(4.5), 4.5],
    ["bytes and their copy", Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
  ])("takes %s for the same", (_, left, right) => {
    expect(recordText(row(left))).toBe(recordText(row(right)));
  });

  it.each([
    ["a text and a number", "5", 5],
    ["null and its text", null, "null"],
    ["the two zeros", 0, -0],
    ["nothing and an empty text", null, ""],
    ["texts of other spaces", "a b", "a  b"],
  ])("tells %s apart", (_, left, right) => {
    expect(recordText(row(left))).not.toBe(recordText(row(right)));
  });
});
