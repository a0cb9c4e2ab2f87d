import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCommand, parseCommandLine } from "../src/command-line.ts";
import { choiceOption, textOption } from "../src/option.ts";

function none(): void {}

/** What `--completion <shell>` prints of a command with two others below it. */
function script(shell: string): string {
  const command = createCommand({ name: "salon-test", description: "Tests.", version: "1" })
    .addOption(choiceOption("--catalog <type>", "catalog: [of the table]", ["hadoop", "rest"]))
    .addOption(textOption("--table <name>", "the table's name"))
    .addOption(textOption("--ca-file <path>", "trusted certificates"));
  command.command("verify").description("Proves it.").option("--deep", "by value").action(none);
  command.command("files").description("Lists the table's files.").action(none);
  const outcome = parseCommandLine(command, ["--completion", shell], () => ({}));
  if (outcome.kind !== "information") throw new Error(JSON.stringify(outcome));
  return outcome.text;
}

describe("in bash", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "salon-completion-"));
    await writeFile(join(directory, "completion.bash"), script("bash"));
    await writeFile(join(directory, "a certificate.pem"), "");
  });
  afterAll(() => rm(directory, { recursive: true }));

  /** What is offered for the last of these words, which are cut as bash cuts them. */
  async function offered(...words: string[]): Promise<readonly string[]> {
    const program = [
      "source completion.bash",
      'COMP_WORDS=(salon-test "$@"); COMP_CWORD=$#',
      'function=$(complete -p salon-test | sed "s/.*-F \\([^ ]*\\) .*/\\1/")',
      "$function",
      'printf "%s\\n" "${COMPREPLY[@]}"',
    ].join("\n");
    const run = promisify(execFile)("bash", ["-c", program, "bash", ...words], { cwd: directory });
    return (await run).stdout.trim().split("\n");
  }

  it.each([
    ["a command", ["ver"], ["verify"]],
    ["flags of the program", ["--ca"], ["--catalog", "--ca-file"]],
    ["flags of a command", ["verify", "--d"], ["--deep"]],
    ["flags of the program behind a command", ["files", "--ta"], ["--table"]],
    ["no flags of another command", ["files", "--d"], [""]],
    ["a value of a few", ["--catalog", ""], ["hadoop", "rest"]],
    ["a value behind the sign", ["--catalog", "=", "re"], ["rest"]],
    ["a value at the sign", ["--catalog", "="], ["hadoop", "rest"]],
    ["a command behind a flag", ["--catalog", "rest", "fi"], ["files"]],
    ["a file, spaces in it", ["--ca-file", "a"], ["a certificate.pem"]],
    ["nothing for a value that may be any", ["--table", ""], [""]],
    ["shells", ["--completion", "b"], ["bash"]],
  ])("offers %s", async (_, words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });
});

describe("in other shells", () => {
  it("zsh is told of values, files and commands, with its own signs escaped", () => {
    const text = script("zsh");
    expect(text).toContain(
      String.raw`'*--catalog=[catalog\: \[of the table\]]:value:(hadoop rest)'`,
    );
    expect(text).toContain(`'*--table=[the table'\\''s name]:value: '`);
    expect(text).toContain("'*--ca-file=[trusted certificates]:value:_files'");
    expect(text).toContain("'verify:Proves it.'");
    expect(text).toMatch(/ {8}verify\)\n {10}_arguments '--deep\[by value\]'/);
    expect(text).toMatch(/^compdef _salon_test salon-test$/m);
  });

  it("fish is told of them too", () => {
    const lines = script("fish").split("\n");
    const before = "complete -c salon-test -n '__fish_use_subcommand'";
    expect(lines).toContain(`${before} -a files -d 'Lists the table\\'s files.'`);
    expect(lines).toContain(
      `${before} -l catalog -x -a 'hadoop rest' -d 'catalog: [of the table]'`,
    );
    expect(lines).toContain(`${before} -l ca-file -r -F -d 'trusted certificates'`);
    expect(lines).toContain(
      "complete -c salon-test -n '__fish_seen_subcommand_from verify' -l deep -d 'by value'",
    );
  });

  it("one that nobody knows is a usage error", () => {
    expect(() => script("tcsh")).toThrow(/usage-error.*--completion.*bash, zsh, fish/);
  });
});
