import { expect, it } from "vitest";
import { terminalPicture } from "./terminal-picture.ts";

const texts = (output: string): readonly string[] =>
  Array.from(
    terminalPicture(output, "a <title>").matchAll(/<text [^>]*>(.*)<\/text>/g),
    ([, text = ""]) => text,
  );

const width = (output: string): string => /width="(\d+)"/.exec(terminalPicture(output, ""))![1]!;

it("shows lines as they are, signs of markup too", () => {
  expect(texts("a < b & c\n\n  d\n")).toEqual(["a &lt; b &amp; c", "", "  d"]);
  expect(terminalPicture("a", "a <title>")).toContain("<title>a &lt;title&gt;</title>");
});

it("shows of a line that is rewritten what stood there last", () => {
  expect(texts("\r\u001b[K1 s\r\u001b[K2 s\r\u001b[Kdone\r\nnext\r\n")).toEqual(["done", "next"]);
});

it("shows colors by their meaning", () => {
  expect(texts("\u001b[32mproved\u001b[39m: \u001b[1mall\u001b[22m of it")).toEqual([
    '<tspan class="good">proved</tspan>: <tspan class="bold">all</tspan> of it',
  ]);
});

it("is as wide as its longest line, in which signs of color have no width", () => {
  expect(width(`\u001b[32m${"x".repeat(100)}\u001b[39m`)).toBe(width("x".repeat(100)));
  expect(width("x".repeat(100))).not.toBe(width("x".repeat(90)));
});

it("wraps what is too wide, and ends where it is long enough", () => {
  expect(texts("x".repeat(140)).map((line) => line.length)).toEqual([130, 10]);
  const many = texts("line\n".repeat(50));
  expect([many.length, many.at(-1)]).toEqual([37, "…"]);
});
