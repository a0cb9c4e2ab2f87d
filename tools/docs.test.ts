import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS, optionsIn, printed, subcommandsOf } from "./command-help.ts";

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

it("docs/troubleshooting.md has a line for every code of which commands give advice", () => {
  const advice = /const ADVICE[^]*?satisfies/.exec(read("packages/command-line/src/failure.ts"));
  const codes = [...(advice?.[0] ?? "").matchAll(/^ {4}([A-Z_]+): \{/gmu)].map(([, code]) => code);
  const [, lines = ""] = read("docs/troubleshooting.md").split("## By code");
  const listed = [...lines.matchAll(/^\| (`.*?`) \|/gmu)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`(\w+)`/gu)].map(([, code]) => code),
  );
  expect(codes.length).toBeGreaterThan(20);
  expect(new Set(codes)).toEqual(new Set(listed));
  expect(listed).toHaveLength(codes.length);
});

it("README.md leads to the page of the stack with the stack's own token", () => {
  const token = read("docker/local/ui-token").trim();
  expect(read("README.md")).toContain(`<http://localhost:4040/?token=${token}>`);
});

it("pictures are small, and each is shown", () => {
  const shown = read("docs/tour.md");
  for (const path of globSync("docs/pictures/*", { cwd: root })) {
    expect(statSync(join(root, path)).size).toBeLessThan(200_000);
    expect(shown).toContain(`](${path.replace("docs/", "")})`);
  }
});

describe("the flags of our commands", () => {
  const known = new Set(
    COMMANDS.flatMap((command) =>
      [[], ...subcommandsOf(command).map((name) => [name])].flatMap((words) =>
        optionsIn(printed(command, [...words, "--help"])).map(({ flag }) => flag.split(" ")[0]),
      ),
    ),
  );
  const paths = globSync(["README.md", "docs/*.md", "apps/*/README.md"], {
    cwd: root,
    exclude: ["docs/performance.md"],
  });

  it.each(paths)("are there where %s names them", (path) => {
    const lines = read(path)
      .replaceAll(/\\\n\s*/gu, "")
      .split("\n");
    const ours = lines.filter((line) => /^\s*(?:salon-|npm run (?:demo|smoke))/u.test(line));
    const spans = [...read(path).matchAll(/`(--[a-z][^`]*)`/gu)].map(([, span = ""]) => span);
    const named = [...ours.map((line) => line.split(" # ")[0] ?? ""), ...spans].flatMap((text) =>
      [...text.matchAll(/(?<=^|\s)--[a-z][a-z-]*/gu)].map(([flag]) => flag),
    );
    expect(named.filter((flag) => !known.has(flag))).toEqual([]);
  });
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
