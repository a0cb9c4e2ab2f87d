import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { skipValue } from "../src/scan-value.ts";

/** Skips the value that the text begins with; what follows it is space. */
function skip(text: string): number {
  const bytes = new Uint8Array(Buffer.from(text.padEnd(text.length + 64)));
  return skipValue(bytes, new DataView(bytes.buffer), 0, bytes.length - 64);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("skipValue", () => {
  it.each([
    "null",
    "true",
    "false",
    "0",
    "-0.5e+10",
    '"text"',
    '""',
    "[]",
    "{ }",
    '[1 , "a",[true],{"k" : {"":null}}]',
    "[".repeat(32) + "]".repeat(32),
  ])("skips %s", (text) => {
    expect(skip(text)).toBe(text.length);
  });

  it.each([
    "nul",
    "tru",
    "fals",
    "-",
    "1.",
    "1e",
    ".5",
    "+1",
    "NaN",
    '"open',
    '"a\\n"',
    '"a\tb"',
    "[",
    "[1",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1}",
    "{1:2}",
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{"a" 1}',
    '{"a":1]',
    '{"a\\u0062":1}',
    "[".repeat(33) + "]".repeat(33),
    "[".repeat(100_000),
  ])("does not skip %s", (text) => {
    expect(skip(text)).toBe(0);
  });

  it("skips JSON whole, or leaves it for an escape or its depth", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect([
          text.includes("\\") ? 0 : Buffer.byteLength(text),
          Buffer.byteLength(text),
        ]).toContain(skip(text));
      }),
      { numRuns: 1000 },
    );
  });

  it("takes no text for a value that JSON.parse refuses", () => {
    const unit = fc.constantFrom(
      "[",
      "]",
      "{",
      "}",
      ",",
      ":",
      '"',
      "1",
      "-",
      ".",
      "e",
      " ",
      "null",
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        const length = skip(text);
        expect(length === 0 || isJson(text.slice(0, length))).toBe(true);
      }),
      { numRuns: 20_000 },
    );
  });
});
