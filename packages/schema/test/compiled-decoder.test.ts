import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { valuesOf, type Column, type DictionaryColumn, type FlatColumn } from "@salon/columns";
import { describe, expect, it } from "vitest";
import {
  createDecoder,
  createGeneralDecoder,
  defineEventSchema,
  ratingsSchema,
  type Decoder,
} from "../src/index.ts";
import { decodeValues, outcomesOf, recordsOf } from "./records.ts";

const RATING =
  '{"customer_id":17,"branch_id":3,"employee_id":10,"treatment_id":15,"rating_value":4.5,' +
  '"comment":"Lovely","timestamp":"2025-01-15T10:30:00"}';

const textSchema = defineEventSchema({ name: "text", fields: [{ name: "t", type: "string" }] });

const repeat = (text: string, count: number): string[] => Array.from({ length: count }, () => text);

describe("createDecoder", () => {
  it("learns the form of the first record", () => {
    const decoder = createDecoder(ratingsSchema);
    expect(decodeValues(decoder, repeat(RATING, 100)).generalPathCount).toBe(1);
    expect(decodeValues(decoder, repeat(RATING, 100)).generalPathCount).toBe(0);
  });

  it.each([
    [
      "spaces",
      RATING.replaceAll(":", ": ").replaceAll(",", ", ").replace("10: 30: 00", "10:30:00"),
    ],
    ["another order", '{"timestamp":"2025-01-15T10:30:00","branch_id":3,"comment":"Lovely"}'],
    ["lines", RATING.replaceAll(',"', ',\r\n\t"')],
    ["unknown fields", RATING.replace("{", '{"version":1.5e3,"source":"web","ok":true,"x":null,')],
    [
      "nested fields",
      RATING.replace("{", '{"meta":{"a":[1,{"b": null } ,-2e3],"":"x"},"list":[ ],'),
    ],
    ["escaped keys", RATING.replace("comment", String.raw`c\u006fmment`)],
    ["a final newline", `${RATING}\n`],
  ])("reads %s with generated code", (_, text) => {
    const decoder = createDecoder(ratingsSchema);
    const decoded = decodeValues(decoder, repeat(text, 50));
    expect(decoded.generalPathCount).toBe(1);
    const expected = decodeValues(createGeneralDecoder(ratingsSchema), repeat(text, 50));
    expect(outcomesOf(decoded, 50)).toEqual(outcomesOf(expected, 50));
  });

  it("reads values of every kind with generated code", () => {
    const decoder = createDecoder(ratingsSchema);
    decodeValues(decoder, [RATING]);
    const values = [
      RATING.replace("17", "-2147483648").replace("4.5", "-0.25"),
      RATING.replace("17", "2147483647").replace("4.5", "3"),
      RATING.replace("17", "5.00").replace("4.5", "123456.789012345"),
      RATING.replace("17", "null").replace('"Lovely"', "null").replace("4.5", "null"),
      RATING.replace("Lovely", "Schön 💅"),
      RATING.replace("10:30:00", "10:30:00.123"),
      RATING.replace('"2025-01-15T10:30:00"', "null"),
    ];
    const decoded = decodeValues(decoder, values);
    expect(decoded.generalPathCount).toBe(0);
    const expected = decodeValues(createGeneralDecoder(ratingsSchema), values);
    expect(outcomesOf(decoded, values.length)).toEqual(outcomesOf(expected, values.length));
  });

  it("keeps several forms that come by turns", () => {
    const decoder = createDecoder(ratingsSchema);
    const forms = [RATING, RATING.replace("{", "{ "), '{"comment":"a"}', '{"branch_id":1}'];
    const records = repeat("", 400).map((_, index) => forms[index % forms.length]!);
    decodeValues(decoder, records);
    expect(decodeValues(decoder, records).generalPathCount).toBe(0);
  });

  it("replaces a form that no longer comes", () => {
    const decoder = createDecoder(ratingsSchema);
    for (let version = 0; version < 6; version++) {
      decodeValues(decoder, repeat(RATING.replace("{", `{"v${version}":0,`), 2000));
    }
    const latest = repeat(RATING.replace("{", '{"v5":0,'), 10);
    expect(decodeValues(decoder, latest).generalPathCount).toBe(0);
  });

  it("reads forms that never repeat member by member", () => {
    const records = repeat("", 500).map((_, index) => RATING.replace("{", `{"k${index}":0,`));
    const decoded = decodeValues(createDecoder(ratingsSchema), records);
    expect(decoded.generalPathCount).toBe(1);
    expect(decoded.batch.rowCount).toBe(500);
  });

  it("reads members in any order and spacing, and leaves a key that repeats or has escapes", () => {
    const decoder = createDecoder(ratingsSchema);
    decodeValues(decoder, [RATING]);
    const rating = JSON.parse(RATING) as Record<string, unknown>;
    const backwards = JSON.stringify(Object.fromEntries(Object.entries(rating).toReversed()));
    const spaced = JSON.stringify({ other: [{ a: "}" }, -1.5e3], ...rating, more: null }, null, 2);
    const nothing = Object.fromEntries(Object.keys(rating).map((name) => [name, null]));
    for (const text of [backwards, spaced, "{}", " { } ", '{"x":"y"}', '{"comment":"Lovely"}']) {
      const decoded = decodeValues(decoder, [text]);
      expect([text, decoded.generalPathCount]).toEqual([text, 0]);
      const expected = { ...nothing, ...(JSON.parse(text) as object) };
      expect(outcomesOf(decoded, 1)[0]).toEqual(
        Object.fromEntries(Object.entries(expected).filter(([name]) => name in nothing)),
      );
    }
    const twice = '{"branch_id":1,"customer_id":1,"branch_id":2}';
    const escaped = String.raw`{"branch_\u0069d":2,"customer_id":1}`;
    for (const text of [twice, escaped]) {
      const decoded = decodeValues(decoder, [text]);
      expect([text, decoded.generalPathCount]).toEqual([text, 1]);
      expect(outcomesOf(decoded, 1)).toMatchObject([{ branch_id: 2, customer_id: 1 }]);
    }
  });

  it("reads a schema of more fields than it has code for", () => {
    const names = Array.from({ length: 40 }, (_, index) => `field_${index}`);
    const fields = names.map((name) => ({ name, type: "int" }) as const);
    const decoder = createDecoder(defineEventSchema({ name: "wide", fields }));
    const records = names.map((name, index) => JSON.stringify({ [name]: index }));
    const outcomes = outcomesOf(decodeValues(decoder, records), records.length);
    expect(outcomes.map((row, index) => (row as Record<string, unknown>)[names[index]!])).toEqual([
      ...names.keys(),
    ]);
  });

  it("takes nothing from what stands behind a record", () => {
    const decoder = createDecoder(ratingsSchema);
    decodeValues(decoder, [RATING]);
    for (let length = 0; length < RATING.length; length++) {
      for (const slack of ["1".repeat(64), '"'.repeat(64), RATING.slice(length).padEnd(64)]) {
        const { rejected } = decodeValues(decoder, [RATING.slice(0, length)], slack);
        expect(rejected).toMatchObject([{ index: 0, code: "INVALID_JSON" }]);
      }
    }
  });

  it("needs no slack to be right, only to be quick", () => {
    const decoder = createDecoder(ratingsSchema);
    const decoded = decodeValues(decoder, repeat(RATING, 3), "");
    expect(outcomesOf(decoded, 3)).toEqual(
      outcomesOf(decodeValues(createGeneralDecoder(ratingsSchema), repeat(RATING, 3)), 3),
    );
  });

  it("reads a part of a larger memory", () => {
    const { buffer, starts, ends, count } = recordsOf(repeat(RATING, 5));
    const memory = new Uint8Array(buffer.length + 13);
    memory.set(buffer, 13);
    const decoded = createDecoder(ratingsSchema).decode(memory.subarray(13), starts, ends, count);
    expect(decoded).toMatchObject({ rejected: [], generalPathCount: 1 });
    expect(outcomesOf(decoded, 5)[4]).toMatchObject({ customer_id: 17, comment: "Lovely" });
  });

  it("gives columns that a later call does not touch", () => {
    const decoder = createDecoder(ratingsSchema);
    const first = decodeValues(decoder, repeat(RATING, 3));
    const before = outcomesOf(first, 3);
    decodeValues(decoder, repeat(RATING.replaceAll(/\d/g, "1").replace("Lovely", "Awful"), 3));
    expect(outcomesOf(first, 3)).toEqual(before);
  });

  it("decodes without generated code where the process forbids it", () => {
    const program = `
      import { createDecoder, ratingsSchema } from ${JSON.stringify(import.meta.resolve("../src/index.ts"))};
      const buffer = new Uint8Array(400);
      const { written } = new TextEncoder().encodeInto(${JSON.stringify(RATING)}, buffer);
      const ends = Int32Array.of(written, written);
      const decoded = createDecoder(ratingsSchema).decode(buffer, new Int32Array(2), ends, 2);
      console.log(decoded.batch.rowCount, decoded.generalPathCount);`;
    const flags = ["-C", "@salon/source", "--disallow-code-generation-from-strings"];
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    const output = execFileSync(
      process.execPath,
      [...flags, "--input-type=module", "--eval", program],
      { cwd, encoding: "utf8" },
    );
    expect(output.trim()).toBe("2 2");
  });
});

/** The column of texts that have to come out as they went in. */
function columnOf(texts: readonly string[], decoder = createDecoder(textSchema)): Column {
  const records = texts.map((text) => JSON.stringify({ t: text }));
  const decoded = decodeValues(decoder, records);
  expect(outcomesOf(decoded, texts.length)).toEqual(texts.map((t) => ({ t })));
  return decoded.batch.columns[0]!;
}

function buffersOf(decoder: Decoder, texts: readonly string[]): ArrayBufferLike[] {
  return decodeValues(decoder, texts).batch.columns.flatMap((column) => {
    if (column.layout === "dictionary") return [column.indices.buffer];
    return column.layout === "primitive" ? [column.values.buffer] : [];
  });
}

describe("the memory of columns", () => {
  const records = [RATING, RATING.replace("Lovely", "Fine").replace("17", "18")];
  it("is the caller's", () => {
    const decoder = createDecoder(ratingsSchema);
    const first = decodeValues(decoder, records);
    const rows = outcomesOf(first, 2);
    decodeValues(decoder, records.toReversed());
    expect(outcomesOf(first, 2)).toEqual(rows);
  });

  it("is written to again where columns are lent", () => {
    const decoder = createDecoder(ratingsSchema, { lendsColumns: true });
    const first = buffersOf(decoder, repeat(RATING, 300));
    expect(first).toHaveLength(7);
    const second = buffersOf(decoder, repeat(RATING, 299));
    expect(second.every((buffer, index) => buffer === first[index])).toBe(true);
  });
});

describe("string columns", () => {
  it("have a dictionary where values are few", () => {
    const texts = repeat("", 900).map((_, index) => `text ${"x".repeat(index % 30)}`);
    const column = columnOf(texts);
    expect(column).toMatchObject({ layout: "dictionary", dictionary: { length: 30 } });
  });

  it("share the dictionary of the batch before while no value is new", () => {
    const decoder = createDecoder(textSchema);
    const [first, second] = [columnOf(["a", "b"], decoder), columnOf(["b", "a"], decoder)];
    expect(first).toMatchObject({ layout: "dictionary" });
    expect("dictionary" in second && second.dictionary).toBe(
      "dictionary" in first && first.dictionary,
    );
  });

  it("are plain where values are many, in the middle of a batch and after it", () => {
    const decoder = createDecoder(textSchema);
    const texts = repeat("", 5000).map((_, index) => `comment number ${index}`);
    expect(columnOf(texts, decoder).layout).toBe("variable-size-binary");
    expect(columnOf(["a", "a"], decoder).layout).toBe("variable-size-binary");
  });

  it("never take the decoded text of an escape for text as it stands", () => {
    const decoder = createDecoder(textSchema);
    columnOf(['a"b', "a\\b", "tab\t"], decoder);
    const records = ['{"t":"a"b"}', String.raw`{"t":"a\b"}`, '{"t":"tab\t"}'];
    expect(outcomesOf(decodeValues(decoder, records), 3)).toMatchObject([
      { code: "INVALID_JSON" },
      { t: "a\b" },
      { code: "INVALID_JSON" },
    ]);
  });

  it("keep texts longer than a dictionary holds", () => {
    expect(columnOf(["short", "long".repeat(5000), "short"]).length).toBe(3);
  });

  it("keep nulls when the dictionary is given up", () => {
    const decoder = createDecoder(textSchema);
    const texts = [null, "a", ...repeat("", 3000).map((_, index) => `text ${index}`), null, "z"];
    const records = texts.map((t) => JSON.stringify({ t }));
    const outcomes = outcomesOf(decodeValues(decoder, records), records.length);
    expect(outcomes).toEqual(texts.map((t) => ({ t })));
  });
});

const secondsOfDay = (day: number): readonly string[] =>
  Array.from({ length: 86_400 }, (_, index) =>
    new Date(day + index * 1000).toISOString().slice(0, 19),
  );

/** As many rows as are worth a dictionary, of the first days of a month in turn. */
const rowsOfDays = (month: string, days: number): readonly string[] =>
  Array.from({ length: 256 }, (_, row) => `2025-${month}-0${(row % days) + 1}T00:00:00`);

function datesColumn(decoder: Decoder, texts: readonly string[]): FlatColumn {
  const { batch } = decodeValues(
    decoder,
    texts.map((at) => JSON.stringify({ at })),
  );
  const column = batch.columns[0] as FlatColumn;
  expect([...valuesOf(column)]).toEqual(texts);
  return column;
}

function datesDictionary(decoder: Decoder, texts: readonly string[]): DictionaryColumn {
  const column = datesColumn(decoder, texts);
  if (column.layout !== "dictionary") throw new TypeError(`layout ${column.layout}`);
  return column;
}

describe("local-date-time columns as text", () => {
  const schema = defineEventSchema({
    name: "at",
    fields: [{ name: "at", type: "local-date-time" }],
  });
  const secondsOf = (count: number, distinct: number): string[] =>
    repeat("", count).map((_, index) =>
      new Date(Date.UTC(2025, 0, 1) + ((index * 7919) % distinct) * 1000)
        .toISOString()
        .slice(0, 19),
    );

  it.each([
    ["a dictionary where seconds repeat", "dictionary", secondsOf(5000, 500)],
    ["a dictionary where they do not", "dictionary", secondsOf(5000, 80_000)],
    ["plain text with fractions", "variable-size-binary", ["2025-01-01T00:00:00.5"]],
    [
      "plain text where there are very many days",
      "variable-size-binary",
      repeat("", 380).map(
        (_, index) => `2025-${index % 2 === 0 ? "01" : "02"}-${10 + (index % 19)}T00:00:00`,
      ),
    ],
  ])("have %s", (_, layout, texts) => {
    const decoder = createDecoder(schema);
    for (let round = 0; round < 2; round++) {
      const withNulls = texts.flatMap((text, index) => (index % 9 === 0 ? [null, text] : [text]));
      const records = withNulls.map((at) => JSON.stringify({ at }));
      const decoded = decodeValues(decoder, records);
      expect(outcomesOf(decoded, records.length)).toEqual(withNulls.map((at) => ({ at })));
      expect(decoded.batch.columns[0]!.layout).toBe(layout);
    }
  });

  it("have a dictionary that grows by whole days", () => {
    const decoder = createDecoder(schema);
    const first = datesDictionary(decoder, rowsOfDays("03", 1));
    const second = datesDictionary(decoder, ["2025-03-01T23:59:59", "2024-02-29T00:00:00"]);
    expect(second.dictionaryId).toBe(first.dictionaryId);
    const march = secondsOfDay(Date.UTC(2025, 2, 1));
    expect([...valuesOf(first.dictionary)]).toEqual(march);
    expect([...valuesOf(second.dictionary)]).toEqual([
      ...march,
      ...secondsOfDay(Date.UTC(2024, 1, 29)),
    ]);
  });

  it("have no dictionary for few rows, unless it is there", () => {
    const decoder = createDecoder(schema);
    const few = rowsOfDays("01", 2).slice(1);
    expect(datesColumn(decoder, few).layout).toBe("variable-size-binary");
    expect(datesColumn(decoder, rowsOfDays("01", 2)).layout).toBe("dictionary");
    expect(datesColumn(decoder, few).layout).toBe("dictionary");
  });

  it("have another dictionary after a batch of too many days, where they go by", () => {
    const decoder = createDecoder(schema);
    const { dictionaryId } = datesDictionary(decoder, rowsOfDays("01", 8));
    for (let batch = 0; batch < 64; batch++) {
      expect(datesDictionary(decoder, rowsOfDays("01", 1)).dictionaryId).toBe(dictionaryId);
    }
    expect(datesColumn(decoder, rowsOfDays("01", 9)).layout).toBe("variable-size-binary");
    expect(datesDictionary(decoder, rowsOfDays("02", 8)).dictionaryId).not.toBe(dictionaryId);
  });

  it("have no dictionary for 64 batches where it did not last", () => {
    const decoder = createDecoder(schema);
    for (let batch = 0; batch < 65; batch++) {
      expect(datesColumn(decoder, rowsOfDays("01", 9)).layout).toBe("variable-size-binary");
    }
    expect(datesColumn(decoder, rowsOfDays("01", 8)).layout).toBe("dictionary");
  });
});
