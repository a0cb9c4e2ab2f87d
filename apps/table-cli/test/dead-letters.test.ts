import { describe, expect, it } from "vitest";
import { plainText } from "../src/command-output.ts";
import { listText } from "../src/dead-letters.ts";
import { terminalBytes, terminalText } from "../src/terminal-text.ts";

describe("texts of strangers", () => {
  it.each([
    ["\u001b[2J", "\\u{1b}[2J"],
    ["a\r\nb\tc\u0007\u007f", "a\\u{d}\\u{a}b\\u{9}c\\u{7}\\u{7f}"],
    // C1 has a CSI of one character; the others turn the direction of text or end a line.
    ["\u009b31m \u202e \u2066 \u2028", "\\u{9b}31m \\u{202e} \\u{2066} \\u{2028}"],
    ['Grüße, 👍 \\ "', 'Grüße, 👍 \\ "'],
  ])("cannot command a terminal: %j", (text, shown) => {
    expect(terminalText(text)).toBe(shown);
    expect(terminalBytes(Buffer.from(text))).toBe(shown);
  });

  it("are shortened, and digits where they are no text", () => {
    expect(terminalText("a".repeat(1_000))).toBe(`${"a".repeat(400)}…`);
    expect(terminalBytes(Uint8Array.of(0xff, 0))).toBe("0xff00");
  });
});

describe("listText", () => {
  it("shows causes with samples, made harmless", () => {
    const sample = {
      topic: "ratings",
      partition: 0,
      offset: 7,
      timestamp: 1_736_937_000_123_000n,
      value: Buffer.from('"\u001b]0;x"'),
      message: "\u001b is no int",
    };
    const group = { cause: "WRONG_TYPE", field: "branch_id", count: 1_234, pending: 1 };
    const list = { groups: [{ ...group, samples: [sample] }], undone: 2, findings: [] };
    expect(listText(list, plainText)).toBe(
      [
        "cause       field      records  waiting",
        "WRONG_TYPE  branch_id    1,234        1",
        "",
        "WRONG_TYPE, field branch_id",
        "  ratings 0/7 of 2025-01-15T10:30:00.123Z: \\u{1b} is no int",
        "    key    null",
        '    value  "\\u{1b}]0;x"',
        "",
        "2 dead letters do not count: what decided them was rolled back",
        "",
      ].join("\n"),
    );
  });

  it("survives a timestamp that no date has, and says that there is nothing", () => {
    const sample = { timestamp: 9_000_000_000_000_000_000n };
    const group = { cause: "INVALID_JSON", count: 1, pending: 0, samples: [sample] };
    expect(listText({ groups: [group], undone: 0, findings: [] }, plainText)).toContain(
      "? ?/? of 9000000000000000000 µs",
    );
    const none = { groups: [], undone: 0, findings: [] };
    expect(listText(none, plainText)).toBe("no dead letters\n");
    expect(listText(none, plainText, "rule:\u001b")).toBe(
      "no dead letters of cause rule:\\u{1b}\n",
    );
  });
});
