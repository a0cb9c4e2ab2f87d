import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createDecoder,
  createGeneralDecoder,
  defineEventSchema,
  ratingsSchema,
} from "../src/index.ts";
import type { EventSchema } from "../src/index.ts";
import { expectedRating } from "./rating-oracle.ts";
import { decodeValues, outcomesOf, type Outcome } from "./records.ts";
import { mutate, seededRandom } from "./mutations.ts";

const FUZZ_ROUNDS = Number(process.env["SALON_FUZZ_ROUNDS"] ?? 20_000);
const FUZZ_SEED = Number(process.env["SALON_FUZZ_SEED"] ?? 20_250_115);
const RECORDS_PER_BATCH = 250;

const everyTypeSchema: EventSchema = defineEventSchema({
  name: "every type",
  fields: [
    { name: "flag", type: "boolean" },
    { name: "small", type: "int" },
    { name: "large", type: "long" },
    { name: "approximate", type: "float" },
    { name: "précis", type: "double" },
    { name: "text", type: "string" },
    { name: "at", type: "local-date-time", required: true },
  ],
});

const two = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((number) => String(number).padStart(2, "0"));

const dateTime: fc.Arbitrary<string> = fc
  .tuple(
    fc.integer({ min: 0, max: 9999 }).map((year) => String(year).padStart(4, "0")),
    two(0, 13),
    two(0, 32),
    two(0, 24),
    two(0, 60),
    two(0, 60),
    fc.constantFrom("", "", ".", ".5", ".123456789", ".1234567890", "Z"),
  )
  .map(
    ([year, month, day, hour, minute, second, end]) =>
      `${year}-${month}-${day}T${hour}:${minute}:${second}${end}`,
  );

/** JSON texts of numbers: near the limits of each type, and in the less usual of their forms. */
const numberText: fc.Arbitrary<string> = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.tuple(fc.integer({ min: -999, max: 999 }), fc.nat(9999)).map(([a, b]) => `${a}.${b}`),
  fc.constantFrom("0", "-0", "0.0", "1.0", "-1.00", "5e0", "1E+2", "12e-1", "1e39", "1e999", "01"),
  fc.constantFrom("2147483647", "2147483648", "-2147483648", "-2147483649", "9007199254740993"),
  fc.constantFrom("0.1234567890123456", "123456789012345", "1234567890123456", "0.00000000000001"),
);

const stringText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '"great"',
    '"fine"',
    '""',
    String.raw`"\u0041\n"`,
    String.raw`"\ud800"`,
    '"a\tb"',
  ),
  dateTime.map((text) => `"${text}"`),
);

/** Arrays and objects, one in three with a byte that does not belong there, or without one. */
const nestedText: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify(value, null, 1)),
    ),
    fc.nat(),
    fc.constantFrom(...Array.from({ length: 12 }, () => undefined), "", ",", "]", "}", '"', " "),
  )
  .map(([text, position, byte]) => {
    if (byte === undefined) return text;
    const at = position % (text.length + 1);
    return text.slice(0, at) + byte + text.slice(at + 1);
  });

const valueText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: numberText },
  { weight: 4, arbitrary: stringText },
  fc.constantFrom("null", "true", "false", "nul", "{}", "[1]", ""),
  nestedText,
);

/** For each field of a schema a value that mostly has its type. */
function membersOf(schema: EventSchema): fc.Arbitrary<[string, string]> {
  return fc.oneof(
    ...schema.fields.map(({ name, type }) => {
      const fitting =
        type === "string"
          ? stringText
          : type === "boolean"
            ? fc.constantFrom("true", "false")
            : type === "local-date-time"
              ? dateTime.map((text) => `"${text}"`)
              : numberText;
      const value = fc.oneof({ weight: 9, arbitrary: fitting }, valueText);
      return value.map((text): [string, string] => [JSON.stringify(name), text]);
    }),
    fc.tuple(fc.constantFrom('"other"', '"__proto__"', '"a\\u0062"', '"toString"'), valueText),
  );
}

const space = fc.constantFrom("", "", " ", "\n", " \t");

/** Records in a few forms, so that some repeat and templates are learnt. */
function recordsFor(schema: EventSchema): fc.Arbitrary<string[]> {
  const form = fc.record({
    members: fc.array(membersOf(schema), { maxLength: 9 }),
    colon: space,
    comma: space,
    edge: space,
  });
  const records = form.chain(({ members, colon, comma, edge }) =>
    fc
      .array(
        fc.tuple(...members.map(([key]) => fc.tuple(fc.constant(key), valueTextFor(schema, key)))),
        {
          minLength: 1,
          maxLength: 12,
        },
      )
      .map((rows) =>
        rows.map((row) => {
          const inner = row.map(([key, value]) => `${key}:${colon}${value}`).join(`,${comma}`);
          return `${edge}{${inner}}${edge}`;
        }),
      ),
  );
  return fc.array(records, { minLength: 1, maxLength: 4 }).map((groups) => groups.flat());
}

function valueTextFor(schema: EventSchema, key: string): fc.Arbitrary<string> {
  const type = schema.fields.find(({ name }) => JSON.stringify(name) === key)?.type;
  switch (type) {
    case undefined:
      return valueText;
    case "string":
      return stringText;
    case "boolean":
      return fc.constantFrom("true", "false", "null");
    case "local-date-time":
      return dateTime.map((text) => `"${text}"`);
    default:
      return numberText;
  }
}

describe("the compiled decoder agrees with the general one", () => {
  it.each([ratingsSchema, everyTypeSchema])("on generated records of $name", (schema) => {
    const representations = [
      {},
      { as: "timestamp" },
      { as: "timestamptz", timeZone: "America/Sao_Paulo" },
    ] as const;
    const name = schema.fields.find(({ type }) => type === "local-date-time")!.name;
    const decoders = representations.map((representation) => {
      const dateTimes = "as" in representation ? { [name]: representation } : {};
      return [
        createGeneralDecoder(schema, { dateTimes }),
        createDecoder(schema, { dateTimes }),
        createDecoder(schema, { dateTimes, lendsColumns: true }),
      ] as const;
    });
    fc.assert(
      fc.property(recordsFor(schema), fc.nat(2), (records, which) => {
        const [general, ...compiled] = decoders[which]!.map((decoder) =>
          outcomesOf(decodeValues(decoder, records), records.length),
        );
        for (const outcomes of compiled) expect(outcomes).toEqual(general);
      }),
      { numRuns: 300 },
    );
  });

  it(
    "on mutated ratings, and both with the contract",
    () => {
      const random = seededRandom(FUZZ_SEED);
      const compiled = createDecoder(ratingsSchema);
      const general = createGeneralDecoder(ratingsSchema);
      let generalPathCount = 0;
      for (let round = 0; round < FUZZ_ROUNDS; round += RECORDS_PER_BATCH) {
        const records = Array.from({ length: RECORDS_PER_BATCH }, () =>
          mutate(rating(random), random),
        );
        const slack = rating(random).padEnd(200).slice(random(40));
        const decoded = decodeValues(compiled, records, slack);
        generalPathCount += decoded.generalPathCount;
        const outcomes = outcomesOf(decoded, records.length);
        const expected = outcomesOf(decodeValues(general, records, slack), records.length);
        const disagreements = records.filter(
          (record, index) =>
            !isDeepStrictEqual(outcomes[index], expected[index]) ||
            !isDeepStrictEqual(rowOf(outcomes[index]!), expectedRating(record)),
        );
        expect(disagreements.map(String), `seed ${FUZZ_SEED}, round ${round}`).toEqual([]);
      }
      // Most records have to have tried the generated code for their agreement to mean something.
      expect(generalPathCount).toBeLessThan(FUZZ_ROUNDS * 0.8);
    },
    30_000 + FUZZ_ROUNDS,
  );
});

function rowOf(outcome: Outcome): object | undefined {
  return "code" in outcome ? undefined : outcome;
}

const COMMENTS = [
  "Great",
  "Fine, but a little late",
  "Schön — gerne wieder!",
  "",
  "ok",
  "x".repeat(70),
];

function pad(number: number): string {
  return String(number).padStart(2, "0");
}

function rating(random: (below: number) => number): string {
  const [colon, comma] = [
    [":", ","],
    [": ", ", "],
  ][random(2)]!;
  const members = [
    `"customer_id"${colon}${random(4) === 0 ? random(2 ** 31) : random(20)}`,
    `"branch_id"${colon}${random(9) === 0 ? "null" : random(5)}`,
    `"employee_id"${colon}${random(10)}`,
    `"treatment_id"${colon}${random(15)}`,
    `"rating_value"${colon}${1 + random(40) / 10}`,
    `"comment"${colon}${random(9) === 0 ? "null" : JSON.stringify(COMMENTS[random(COMMENTS.length)])}`,
    `"timestamp"${colon}"2025-${pad(1 + random(12))}-${pad(1 + random(31))}T${pad(random(24))}:${pad(random(60))}:${pad(random(60))}${random(9) === 0 ? ".5" : ""}"`,
  ];
  return `{${(random(3) === 0 ? shuffled(members, random) : members).join(comma)}}`;
}

/** In an order and spacing of its own, now and then with a member twice. */
function shuffled(members: readonly string[], random: (below: number) => number): string[] {
  const rest = random(12) === 0 ? [...members, members[random(members.length)]!] : [...members];
  const spaces = ["", "", " ", "\n", "\t "];
  return Array.from({ length: rest.length }, () => {
    const [member = ""] = rest.splice(random(rest.length), 1);
    return `${spaces[random(5)]}${member.replace(":", `${spaces[random(5)]}:`)}${spaces[random(5)]}`;
  });
}
