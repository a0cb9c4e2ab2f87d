import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS, optionsIn, printed, subcommandsOf } from "./command-help.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** The codes of a union in a source file. */
function codesOf(path: string, union: RegExp): readonly string[] {
  const [, body = ""] = union.exec(read(path)) ?? [];
  return [...body.matchAll(/"([A-Z][A-Z_]+)"/gu)].map(([, code = ""]) => code);
}

/** The codes in the first column of a section of docs/troubleshooting.md. */
function codesListed(heading: string): readonly string[] {
  const section = read("docs/troubleshooting.md").split(/^## /mu);
  const lines = section.find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return [...lines.matchAll(/^\| (`.*?`) \|/gmu)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`(\w+)`/gu)].map(([, code = ""]) => code),
  );
}

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
  const listed = codesListed("By code");
  expect(codes.length).toBeGreaterThan(20);
  expect(new Set(codes)).toEqual(new Set(listed));
  expect(listed).toHaveLength(codes.length);
});

it("docs/troubleshooting.md or docs/operations.md has a line for every other error code", () => {
  const paths = globSync("{packages,apps}/*/src/*-error.ts", {
    cwd: root,
    exclude: ["packages/testkit/**"],
  });
  const codes = paths.flatMap((path) => codesOf(path, /export type \w+ErrorCode =([^]*?);$/mu));
  expect(codes.length).toBeGreaterThan(60);
  const documented = [
    ...codesListed("By code"),
    ...codesListed("Codes of the dev broker, and of the libraries alone"),
    ...[...read("docs/operations.md").matchAll(/^\| `(\w+)` \|/gmu)].map(([, code]) => code),
  ];
  expect(codes.filter((code) => !documented.includes(code))).toEqual([]);
  expect(documented.filter((code) => !codes.includes(code!))).toEqual([]);
});

it("docs/troubleshooting.md says what each finding of verify is", () => {
  const codes = codesOf("packages/sink/src/proof/finding.ts", /type FindingCode =([^]*?);$/mu);
  expect(codes.length).toBeGreaterThan(20);
  expect(codesListed("What `verify` finds").toSorted()).toEqual(codes.toSorted());
});

it("packages/schema/README.md says what makes a dead letter", () => {
  const codes = codesOf("packages/schema/src/decoder.ts", /type RejectionCode =([^]*?);$/mu);
  const page = read("packages/schema/README.md");
  expect(codes.length).toBeGreaterThan(5);
  expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
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
