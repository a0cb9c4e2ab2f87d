import { describe, expect, it } from "vitest";
import {
  createDecoder,
  createGeneralDecoder,
  defineEventSchema,
  ratingsSchema,
} from "../src/index.ts";
import { decodeValues, outcomesOf } from "./records.ts";

const NULLS = {
  customer_id: null,
  branch_id: null,
  employee_id: null,
  treatment_id: null,
  rating_value: null,
  comment: null,
  timestamp: null,
};

const escape = String.raw;

/** JSON text of a record, and the fields of its row that are not null. */
const ACCEPTED: readonly [string, Partial<Record<keyof typeof NULLS, unknown>>][] = [
  ["{}", {}],
  [" \t\r\n{ }\n", {}],
  ['{"customer_id":5}', { customer_id: 5 }],
  ['{"customer_id":5.0}', { customer_id: 5 }],
  ['{"customer_id":5e0}', { customer_id: 5 }],
  ['{"customer_id":50E-1}', { customer_id: 5 }],
  ['{"customer_id":-0}', { customer_id: 0 }],
  ['{"customer_id":2147483647}', { customer_id: 2147483647 }],
  ['{"customer_id":-2147483648}', { customer_id: -2147483648 }],
  ['{"customer_id":2147483647.0}', { customer_id: 2147483647 }],
  ['{"customer_id":null}', {}],
  ['{"customer_id":"x","customer_id":5}', { customer_id: 5 }],
  ['{"customer_id":5,"customer_id":null}', {}],
  [escape`{"\u0063ustomer_id":7}`, { customer_id: 7 }],
  ['{"__proto__":{"customer_id":1},"constructor":2}', {}],
  ['{"unknown":{"a":[1,{"b":"}"}]},"branch_id":2}', { branch_id: 2 }],
  ['{"rating_value":4.5}', { rating_value: 4.5 }],
  ['{"rating_value":4.1}', { rating_value: Math.fround(4.1) }],
  ['{"rating_value":5}', { rating_value: 5 }],
  ['{"rating_value":-1e-3}', { rating_value: Math.fround(-0.001) }],
  ['{"rating_value":-0.0}', { rating_value: -0 }],
  ['{"rating_value":3.4028235e38}', { rating_value: 3.4028234663852886e38 }],
  ['{"rating_value":1e-60}', { rating_value: 0 }],
  ['{"comment":""}', { comment: "" }],
  [escape`{"comment":"a\"b\\c\/\n\u0000é😀\ud83d\ude00"}`, { comment: 'a"b\\c/\n\u0000é😀😀' }],
  [escape`{"comment":"\ud83d"}`, { comment: "\ufffd" }],
  [escape`{"comment":"a\ude00\ud83db"}`, { comment: "a\ufffd\ufffdb" }],
  ['{"comment":"\ufeff"}', { comment: "\ufeff" }],
  ['{"timestamp":"2025-01-15T10:30:00"}', { timestamp: "2025-01-15T10:30:00" }],
  ['{"timestamp":"2025-01-15T10:30:00.1"}', { timestamp: "2025-01-15T10:30:00.1" }],
  ['{"timestamp":"2025-01-15T10:30:00.123456789"}', { timestamp: "2025-01-15T10:30:00.123456789" }],
  [escape`{"timestamp":"2025-01\u002d15T10:30:00"}`, { timestamp: "2025-01-15T10:30:00" }],
  ['{"timestamp":"2024-02-29T00:00:00"}', { timestamp: "2024-02-29T00:00:00" }],
  ['{"timestamp":"2000-02-29T23:59:59"}', { timestamp: "2000-02-29T23:59:59" }],
  ['{"timestamp":"0001-01-01T00:00:00"}', { timestamp: "0001-01-01T00:00:00" }],
  ['{"timestamp":"9999-12-31T23:59:59"}', { timestamp: "9999-12-31T23:59:59" }],
];

const REJECTED: readonly [string | Uint8Array | null, string, string?][] = [
  [null, "NULL_VALUE"],
  ["", "INVALID_JSON"],
  ["   ", "INVALID_JSON"],
  ["{", "INVALID_JSON"],
  ['{"customer_id":05}', "INVALID_JSON"],
  ['{"customer_id":5,}', "INVALID_JSON"],
  ["{'customer_id':5}", "INVALID_JSON"],
  ['{"customer_id":5} {}', "INVALID_JSON"],
  ['{"comment":"a\nb"}', "INVALID_JSON"],
  ['{"rating_value":NaN}', "INVALID_JSON"],
  ['{"rating_value":.5}', "INVALID_JSON"],
  ['{"rating_value":5.}', "INVALID_JSON"],
  ['{"rating_value":+5}', "INVALID_JSON"],
  ['\ufeff{"customer_id":5}', "INVALID_JSON"],
  [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), "INVALID_UTF8"],
  // A surrogate encoded as UTF-8, an overlong slash, a character that is cut off.
  [Buffer.from('{"comment":"\xed\xa0\x80"}', "latin1"), "INVALID_UTF8"],
  [Buffer.from('{"comment":"\xc0\xaf"}', "latin1"), "INVALID_UTF8"],
  [Buffer.from('{"comment":"\xe2\x82"}', "latin1"), "INVALID_UTF8"],
  ["null", "NOT_AN_OBJECT"],
  ["[]", "NOT_AN_OBJECT"],
  ["5", "NOT_AN_OBJECT"],
  ['"{}"', "NOT_AN_OBJECT"],
  ["true", "NOT_AN_OBJECT"],
  ['{"customer_id":"5"}', "WRONG_TYPE", "customer_id"],
  ['{"customer_id":5.5}', "WRONG_TYPE", "customer_id"],
  ['{"customer_id":true}', "WRONG_TYPE", "customer_id"],
  ['{"customer_id":[5]}', "WRONG_TYPE", "customer_id"],
  ['{"customer_id":{}}', "WRONG_TYPE", "customer_id"],
  ['{"customer_id":5,"customer_id":"x"}', "WRONG_TYPE", "customer_id"],
  ['{"customer_id":2147483648}', "OUT_OF_RANGE", "customer_id"],
  ['{"customer_id":-2147483649}', "OUT_OF_RANGE", "customer_id"],
  ['{"customer_id":1e400}', "OUT_OF_RANGE", "customer_id"],
  ['{"rating_value":"4.5"}', "WRONG_TYPE", "rating_value"],
  ['{"rating_value":1e39}', "OUT_OF_RANGE", "rating_value"],
  ['{"rating_value":-1e39}', "OUT_OF_RANGE", "rating_value"],
  ['{"rating_value":3.4028236e38}', "OUT_OF_RANGE", "rating_value"],
  ['{"rating_value":1e999}', "OUT_OF_RANGE", "rating_value"],
  ['{"comment":5}', "WRONG_TYPE", "comment"],
  ['{"comment":false}', "WRONG_TYPE", "comment"],
  ['{"timestamp":1736937000}', "WRONG_TYPE", "timestamp"],
  ...[
    "",
    "2025-01-15",
    "2025-01-15 10:30:00",
    "2025-01-15t10:30:00",
    "2025-01-15T10:30",
    "2025-01-15T10:30:00Z",
    "2025-01-15T10:30:00+01:00",
    "2025-01-15T10:30:00.",
    "2025-01-15T10:30:00,5",
    "2025-01-15T10:30:00.1234567890",
    "2025-01-15T10:30:00.5Z",
    " 2025-01-15T10:30:00",
    String.raw`2025-01-15T10:30:00\n`,
    "2025-1-15T10:30:00",
    "2025-01-15T24:00:00",
    "2025-01-15T10:60:00",
    "2025-01-15T10:30:60",
    "2025-00-15T10:30:00",
    "2025-13-15T10:30:00",
    "2025-01-00T10:30:00",
    "2025-01-32T10:30:00",
    "2025-04-31T10:30:00",
    "2025-02-29T10:30:00",
    "1900-02-29T10:30:00",
    "0000-01-01T00:00:00",
    "-001-01-01T00:00:00",
    "+2025-01-15T10:30:00",
    "12025-01-15T10:30:00",
    "٢٠٢٥-01-15T10:30:00",
  ].map((text): [string, string, string] => [
    `{"timestamp":"${text}"}`,
    "INVALID_TIMESTAMP",
    "timestamp",
  ]),
];

describe.each([
  ["general", createGeneralDecoder],
  ["compiled", createDecoder],
])("a %s decoder", (_, create) => {
  it.each(ACCEPTED)("takes %s", (text, fields) => {
    // Twice, so that a template learnt from the first record reads the second.
    const decoded = decodeValues(create(ratingsSchema), [text, text]);
    expect(decoded.rejected).toEqual([]);
    const row = { ...NULLS, ...fields };
    expect(outcomesOf(decoded, 2)).toEqual([row, row]);
  });

  it.each(REJECTED)("rejects %s as %s", (value, code, field) => {
    const decoded = decodeValues(create(ratingsSchema), ["{}", value, '{"branch_id":2}']);
    const [before, rejection, after] = outcomesOf(decoded, 3);
    expect(rejection).toMatchObject({ index: 1, code, ...(field !== undefined && { field }) });
    expect([before, after]).toEqual([NULLS, { ...NULLS, branch_id: 2 }]);
    expect([...decoded.recordIndexes!]).toEqual([0, 2]);
  });

  it("names field and value in the message", () => {
    const { rejected } = decodeValues(create(ratingsSchema), ['{"customer_id":"5"}']);
    expect(rejected).toEqual([
      { index: 0, code: "WRONG_TYPE", field: "customer_id", message: '"5" is no int' },
    ]);
  });

  it("survives nesting as deep as a record is long", () => {
    const deep = `{"x":${"[".repeat(100_000)}${"]".repeat(100_000)},"branch_id":3}`;
    const open = `{"x":${'{"a":'.repeat(100_000)}`;
    const [row, rejection] = outcomesOf(decodeValues(create(ratingsSchema), [deep, open]), 2);
    expect([{ ...NULLS, branch_id: 3 }, "INVALID_JSON"]).toContainEqual(
      "code" in row! ? row.code : row,
    );
    expect(rejection).toMatchObject({ code: "INVALID_JSON" });
  });

  it("decodes no records to no rows", () => {
    const decoded = decodeValues(create(ratingsSchema), []);
    expect(decoded.batch.rowCount).toBe(0);
    expect(decoded.batch.names).toEqual(ratingsSchema.fields.map(({ name }) => name));
    expect(decoded).toMatchObject({ rejected: [], generalPathCount: 0 });
  });

  it("keeps longs exact beyond 2^53", () => {
    const schema = defineEventSchema({ name: "long", fields: [{ name: "l", type: "long" }] });
    const texts = [
      "9007199254740993",
      "-9223372036854775808",
      "9223372036854775807",
      "9.223372036854775807e18",
      "9223372036854775807.000",
      "90071992547409930e-1",
      "-4294967297",
      "-1",
    ];
    const rows = outcomesOf(
      decodeValues(
        create(schema),
        texts.map((text) => `{"l":${text}}`),
      ),
      texts.length,
    );
    expect(rows).toEqual(
      [
        9007199254740993n,
        -9223372036854775808n,
        9223372036854775807n,
        9223372036854775807n,
        9223372036854775807n,
        9007199254740993n,
        -4294967297n,
        -1n,
      ].map((l) => ({ l })),
    );
    const rejected = ["9223372036854775808", "-9223372036854775809", "1e19", "1e999"];
    for (const text of rejected) {
      expect(decodeValues(create(schema), [`{"l":${text}}`]).rejected).toMatchObject([
        { code: "OUT_OF_RANGE", field: "l" },
      ]);
    }
    expect(decodeValues(create(schema), ['{"l":9007199254740993.5}']).rejected).toMatchObject([
      { code: "WRONG_TYPE", field: "l" },
    ]);
  });

  it.each(["int", "long"] as const)(
    "takes for an %s no number that only a double rounds",
    (type) => {
      const schema = defineEventSchema({ name: "integers", fields: [{ name: "i", type }] });
      const rounded = ["0.99999999999999999", "2147483646.9999999999", "1e-400", "-10e-400"];
      for (const text of [...rounded, ...(type === "long" ? ["4503599627370497.5"] : [])]) {
        expect(decodeValues(create(schema), [`{"i":${text}}`]).rejected).toMatchObject([
          { code: "WRONG_TYPE", field: "i", message: `${text} is no ${type}` },
        ]);
      }
      for (const text of ["1.00000000000000000", "10e-1", "1000000000000000000000000e-24"]) {
        const [read] = outcomesOf(decodeValues(create(schema), [`{"i":${text}}`]), 1);
        expect(Number((read as { readonly i: number | bigint }).i)).toBe(1);
      }
    },
  );

  it("takes a repeated long's last text, and no nested one", () => {
    const schema = defineEventSchema({ name: "long", fields: [{ name: "l", type: "long" }] });
    const text = String.raw`{"l":1,"x":{"l":9007199254740995},"\u006c":9007199254740993,"y":["\\\"l"]}`;
    expect(outcomesOf(decodeValues(create(schema), [text]), 1)).toEqual([{ l: 9007199254740993n }]);
  });

  it("demands required fields", () => {
    const schema = defineEventSchema({
      name: "required",
      fields: [
        { name: "a", type: "boolean", required: true },
        { name: "b", type: "double" },
      ],
    });
    const texts = ['{"a":true,"b":0.1}', '{"a":null,"b":1}', '{"b":1}', '{"a":false,"b":null}'];
    expect(outcomesOf(decodeValues(create(schema), texts), 4)).toMatchObject([
      { a: true, b: 0.1 },
      { index: 1, code: "MISSING_FIELD", field: "a" },
      { index: 2, code: "MISSING_FIELD", field: "a" },
      { a: false, b: null },
    ]);
  });

  it("reads date-times as microseconds", () => {
    const dateTimes = { timestamp: { as: "timestamp" } } as const;
    const texts = [
      "1970-01-01T00:00:00",
      "1969-12-31T23:59:59.999999999",
      "2025-01-15T10:30:00.1",
      "0001-01-01T00:00:00",
      "9999-12-31T23:59:59.000001",
    ];
    const decoder = create(ratingsSchema, { dateTimes });
    const values = texts.map((text) => `{"timestamp":"${text}"}`);
    for (let round = 0; round < 2; round++) {
      const rows = outcomesOf(decodeValues(decoder, values), texts.length);
      expect(rows.map((row) => (row as Record<string, unknown>)["timestamp"])).toEqual([
        0n,
        -1n,
        BigInt(Date.UTC(2025, 0, 15, 10, 30)) * 1000n + 100_000n,
        -62_135_596_800_000_000n,
        253_402_300_799_000_001n,
      ]);
    }
  });

  it("reads date-times as instants of a zone", () => {
    const dateTimes = { timestamp: { as: "timestamptz", timeZone: "Europe/Berlin" } } as const;
    const { batch } = decodeValues(create(ratingsSchema, { dateTimes }), [
      '{"timestamp":"2025-07-01T12:00:00.25"}',
    ]);
    const column = batch.columns[6]!;
    expect(column.type).toEqual({ kind: "timestamp", utc: true });
    const [row] = outcomesOf(
      decodeValues(create(ratingsSchema, { dateTimes }), [
        '{"timestamp":"2025-07-01T12:00:00.25"}',
      ]),
      1,
    );
    expect(row).toMatchObject({ timestamp: BigInt(Date.UTC(2025, 6, 1, 10)) * 1000n + 250_000n });
  });

  it("refuses representations of fields and zones that are not there", () => {
    expect(() => create(ratingsSchema, { dateTimes: { comment: { as: "string" } } })).toThrow(
      expect.objectContaining({ code: "SCHEMA_INVALID" }),
    );
    const timeZone = "Europe/Atlantis";
    expect(() =>
      create(ratingsSchema, { dateTimes: { timestamp: { as: "timestamptz", timeZone } } }),
    ).toThrow(expect.objectContaining({ code: "TIME_ZONE_UNKNOWN" }));
  });
});
