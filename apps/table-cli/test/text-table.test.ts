import { describe, expect, it } from "vitest";
import { textPairs, textSection, textTable } from "../src/text-table.ts";

describe("textTable", () => {
  it("aligns numbers right and texts left, without trailing spaces", () => {
    const columns = [{ title: "rows", align: "right" }, { title: "name" }] as const;
    expect(
      textTable(columns, [
        ["1", "a"],
        ["1,000,000", "long name"],
      ]),
    ).toBe(["     rows  name", "        1  a", "1,000,000  long name"].join("\n"));
  });
});

describe("textPairs", () => {
  it("aligns the values", () => {
    expect(
      textPairs([
        ["a", "1"],
        ["long", "2"],
      ]),
    ).toBe("a     1\nlong  2");
  });
});

describe("textSection", () => {
  it("indents what belongs to a heading, and leaves empty sections out", () => {
    expect(textSection("heading", "a\n\nb")).toEqual(["heading\n  a\n\n  b"]);
    expect(textSection("heading", "")).toEqual([]);
  });
});
