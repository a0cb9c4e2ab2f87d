import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { missingParts, pngSize, TERMINAL_PARTS } from "./picture-parts.ts";
import { terminalPicture } from "./terminal-picture.ts";

const pictures = join(import.meta.dirname, "..", "docs", "pictures");

it.each(Object.keys(TERMINAL_PARTS))("the picture %s shows all of its parts", (name) => {
  const svg = readFileSync(join(pictures, `${name}.svg`), "utf8");
  expect(missingParts(name, svg)).toEqual([]);
});

it("names the parts that are missing, or stand elsewhere", () => {
  const svg = terminalPicture(
    "$ npm run smoke\nread back   3 of 3, byte for byte\nsent   3 ratings to topic t",
    "",
  );
  expect(missingParts("smoke", svg)).toHaveLength(3);
  expect(missingParts("nothing", svg)).toEqual(["what nothing shows is not said"]);
});

it.each(["light", "dark"])("the %s picture of the page is as large as its window", (theme) => {
  const bytes = readFileSync(join(pictures, `page-${theme}.png`));
  expect(pngSize(bytes)).toEqual({ width: 1280, height: 860 });
});
