import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IcebergError } from "../../src/iceberg-error.ts";
import {
  type JsonValue,
  longToJson,
  parseJson,
  readInt,
  readLong,
  readStringMap,
  serializeJson,
} from "../../src/spec/iceberg-json.ts";

describe("integers of 64 bits", () => {
  test("keep every digit on both ways", () => {
    const text = '{"snapshot-id":3055729675574597004,"small":-1}';
    expect(parseJson(text, "text")).toEqual({ "snapshot-id": 3055729675574597004n, small: -1 });
    expect(serializeJson(parseJson(text, "text"))).toBe(text);
  });

  test("keep their place beside keys of any name", () => {
    const text =
      '{"b":[null,3055729675574597004],"__proto__":{"toString":true,"a":-9223372036854775808}}';
    expect(serializeJson(parseJson(text, "text"))).toBe(text);
    expect(serializeJson({ absent: undefined, id: 3055729675574597004n })).toBe(
      '{"id":3055729675574597004}',
    );
  });

  test("become a number only where a double holds them", () => {
    expect(longToJson(2n ** 53n - 1n)).toBe(9007199254740991);
    expect(longToJson(2n ** 53n)).toBe(9007199254740992n);
  });

  test("are read from both forms", () => {
    expect(readLong(5, "id")).toBe(5n);
    expect(readLong(2n ** 60n, "id")).toBe(2n ** 60n);
    expect(() => readLong(1.5, "id")).toThrow("id is 1.5, not an integer");
  });

  test("other numbers stay doubles, however large", () => {
    expect(parseJson("[1e300,0.1]", "text")).toEqual([1e300, 0.1]);
  });
});

test("every value survives a round trip", () => {
  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.string(),
      fc.integer(),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
      fc.array(tie("value")),
      fc.dictionary(fc.stringMatching(/^[a-z-]*$/), tie("value"), { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(value, (json) => {
      expect(parseJson(serializeJson(json), "text")).toEqual(json);
    }),
  );
});

test("errors name the field and its value", () => {
  expect(() => parseJson("{", "table metadata")).toThrow(IcebergError);
  expect(() => readInt("5", "schema-id")).toThrow('schema-id is "5", not an integer');
  expect(() => readInt(undefined, "schema-id")).toThrow("schema-id is absent, not an integer");
  expect(() => readStringMap({ a: 1 }, "properties")).toThrow("properties.a is 1, not a string");
});
