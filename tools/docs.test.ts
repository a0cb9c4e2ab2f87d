import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

it("docs/operations.md has a line for every code of the sink", () => {
  const codes = [...read("packages/sink/src/sink-error.ts").matchAll(/^ {2}\| "(\w+)"/gmu)];
  const listed = new Set(
    [...read("docs/operations.md").matchAll(/^\| `(\w+)` \|/gmu)].map(([, code]) => code),
  );
  expect(codes.length).toBeGreaterThan(10);
  expect(codes.map(([, code]) => code).filter((code) => !listed.has(code))).toEqual([]);
  expect([...listed].filter((code) => !codes.some(([, known]) => known === code))).toEqual([]);
});

describe("the links of", () => {
  const paths = globSync(["*.md", "docs/**/*.md", "{packages,apps}/*/*.md", "docker/*.md"], {
    cwd: root,
  });

  it.each(paths)("%s lead to files that are there", (path) => {
    const prose = read(path).replaceAll(/```[^]*?```|`[^`]*`/gu, "");
    const targets = [...prose.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/gu)].map(([, to]) => to!);
    const missing = targets
      .filter((target) => !/^[a-z]+:/u.test(target))
      .filter((target) => !existsSync(join(root, dirname(path), target)));
    expect(missing).toEqual([]);
  });
});
