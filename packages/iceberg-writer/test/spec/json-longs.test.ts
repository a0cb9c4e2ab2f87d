import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../src/spec/iceberg-json.ts";
import { parseJsonLongs, parseJsonPlainly } from "../../src/spec/json-longs.ts";

/** What came of it; nothing where it is no JSON. */
function outcomeOf(parse: (text: string) => JsonValue, text: string): JsonValue | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

const numbers = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.stringMatching(/^-?\d{15,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/u),
);
const strings = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  numbers,
  numbers.map((number) => `,${number},`),
  numbers.map((number) => `\u0001${number}`),
  numbers.map((number) => JSON.stringify({ [number]: `"${number}\\` })),
);
const whitespace = fc.constantFrom("", " ", "\n\t");
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    numbers,
    strings.map((text) => JSON.stringify(text)),
    fc.constantFrom("null", "true", "false"),
    fc
      .tuple(whitespace, fc.array(tie("value")))
      .map(([space, items]) => `[${space}${items.join(`${space},${space}`)}${space}]`),
    fc
      .tuple(whitespace, fc.array(fc.tuple(strings, tie("value"))))
      .map(([space, entries]) =>
        [
          "{",
          entries
            .map(([key, item]) => `${JSON.stringify(key)}${space}:${space}${item}`)
            .join(`${space},`),
          "}",
        ].join(space),
      ),
  ),
}));

describe("integers beyond a double", () => {
  it("are what a reviver makes of them, whatever stands around them", () => {
    fc.assert(
      fc.property(value, (text) => {
        expect(outcomeOf(parseJsonLongs, text)).toStrictEqual(outcomeOf(parseJsonPlainly, text));
      }),
      { numRuns: 2_000 },
    );
  });

  it("in a text that is no JSON leave it none", () => {
    const broken = fc.tuple(value, fc.nat(), fc.constantFrom("", '"', "\\", "1", "}", ",", "-"));
    fc.assert(
      fc.property(broken, ([text, place, inserted]) => {
        const at = place % (text.length + 1);
        const mutated = text.slice(0, at) + inserted + text.slice(at + 1);
        expect(outcomeOf(parseJsonLongs, mutated)).toStrictEqual(
          outcomeOf(parseJsonPlainly, mutated),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    "9007199254740991",
    "9007199254740992",
    "-9007199254740993",
    "[1234567890123456789]",
    '{"a":1234567890123456789}',
    "{1234567890123456789:1}",
    "01234567890123456789",
    "1234567890123456789.5",
    "0.1234567890123456789",
    "1e1234567890123456789",
    '[1234567890123456789"a"]',
    '{"1234567890123456789":1}',
    '"a\\",1234567890123456789,\\"b"',
    '["\\u00011234567890123456789", 1234567890123456789]',
    '{"__proto__":1234567890123456789}',
  ])("in %s", (text) => {
    expect(outcomeOf(parseJsonLongs, text)).toStrictEqual(outcomeOf(parseJsonPlainly, text));
  });
});
