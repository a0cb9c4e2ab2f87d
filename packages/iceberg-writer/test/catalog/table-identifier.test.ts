import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { identifierToString, parseTableIdentifier } from "../../src/catalog/table-identifier.ts";

describe("table identifiers", () => {
  it.each([
    ["t", [], "t"],
    ["a.b.t", ["a", "b"], "t"],
    ["`a.b`.t", ["a.b"], "t"],
    ['a."v1.2"', ["a"], "v1.2"],
    ['`it``s`.`"t"`', ["it`s"], '"t"'],
    ['"say ""so"""', [], 'say "so"'],
    ['it`s.5" disks', ["it`s"], '5" disks'],
    ["größe.数量", ["größe"], "数量"],
  ])("%s is read", (text, namespace, name) => {
    expect(parseTableIdentifier(text)).toEqual({ namespace, name });
  });

  it.each(["", "a..t", "a.", ".t", "a/b.t", "..", "`..`", "``.t", "t\n"])("%j is none", (text) => {
    expect(() => parseTableIdentifier(text)).toThrow(
      expect.objectContaining({
        code: "SETTINGS_INVALID",
        message: expect.stringContaining("not usable"),
      }),
    );
  });

  it.each(["`a.t", '"a', "a.`t", "`a`b.t", "```"])("%s has a quote without its end", (text) => {
    expect(() => parseTableIdentifier(text)).toThrow(
      expect.objectContaining({
        code: "SETTINGS_INVALID",
        message: expect.stringContaining("has no end"),
      }),
    );
  });

  it("are written so that they are read the same", () => {
    const part = fc
      .string({ minLength: 1, unit: fc.constantFrom("a", ".", "`", '"', "ü", " ") })
      .filter((text) => text !== "." && text !== "..");
    fc.assert(
      fc.property(fc.array(part), part, (namespace, name) => {
        const text = identifierToString({ namespace, name });
        expect(parseTableIdentifier(text)).toEqual({ namespace, name });
      }),
    );
    expect(identifierToString({ namespace: ["db"], name: "ratings" })).toBe("db.ratings");
  });
});
