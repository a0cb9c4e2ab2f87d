import { afterEach, describe, expect, it, vi } from "vitest";
import { createCommand, parseCommandLine, type ParseOutcome } from "../src/command-line.ts";
import { durationOption } from "../src/duration.ts";
import { readLogSettings } from "../src/log-options.ts";
import { decimalOption, environmentVariableOf, integerOption, textOption } from "../src/option.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

function parse(...argv: string[]): ParseOutcome<Readonly<Record<string, unknown>>> {
  const command = createCommand({
    name: "salon-test",
    description: "Tests.",
    version: "1.2.3",
    exitCodes: [{ code: 7, meaning: "seven" }],
  })
    .addOption(durationOption("--interval <time>", "pause", { defaultText: "3s", minMs: 1 }))
    .addOption(integerOption("--rows <count>", "rows", { min: 1, max: 2_000_000 }, 1_000_000))
    .addOption(decimalOption("--share <share>", "share", { min: 0, max: 1 }))
    .addOption(textOption("--stdout", "print"));
  return parseCommandLine(command, argv, (parsed) => parsed.opts());
}

describe("parseCommandLine", () => {
  it("gives defaults, then the environment, then the arguments", () => {
    expect(parse()).toMatchObject({ settings: { interval: 3_000, rows: 1_000_000 } });
    vi.stubEnv("SALON_INTERVAL", "500ms");
    expect(parse()).toMatchObject({ settings: { interval: 500 } });
    expect(parse("--interval", "1h")).toMatchObject({ settings: { interval: 3_600_000 } });
  });

  it.each([
    [["--interval", "fast"], "--interval"],
    [["--interval", "0s"], "--interval"],
    [["--interval"], "--interval"],
    [["--rows", "1.5"], "--rows"],
    [["--rows", "0"], "--rows"],
    [["--rows", "2000001"], "--rows"],
    [["--share", "1.01"], "--share"],
    [["--share", "half"], "--share"],
    [["--log-level", "loud"], "--log-level"],
    [["--wrong"], "--wrong"],
    [["excess"], "argument"],
  ])("refuses %j in one line that names the flag", (argv, named) => {
    const outcome = parse(...argv);
    expect(outcome).toEqual({ kind: "usage-error", message: expect.stringContaining(named) });
    expect(outcome).not.toEqual({ kind: "usage-error", message: expect.stringContaining("\n") });
  });

  it("names the flag and the variable of a wrong environment variable", () => {
    vi.stubEnv("SALON_ROWS", "many");
    expect(parse()).toEqual({
      kind: "usage-error",
      message: expect.stringMatching(/--rows.*SALON_ROWS/),
    });
  });

  it.each(["1000000", "1_000_000", "1,000,000"])("takes the whole number %s", (text) => {
    expect(parse("--rows", text)).toMatchObject({ settings: { rows: 1_000_000 } });
  });

  it("lets a variable say no to a flag without a value", () => {
    vi.stubEnv("SALON_STDOUT", "false");
    expect(parse()).toMatchObject({ settings: { stdout: false } });
    vi.stubEnv("SALON_STDOUT", "1");
    expect(parse()).toMatchObject({ settings: { stdout: true } });
  });

  it("shows variables, defaults and exit codes in its help", () => {
    const outcome = parse("--help");
    if (outcome.kind !== "information") throw new Error("no help");
    expect(outcome.text.replaceAll(/\s+/g, " ")).toContain("(default: 3s, env: SALON_INTERVAL)");
    expect(outcome.text).toContain("  2    the command line is wrong, or a file that it names");
    expect(outcome.text).toContain("  7    seven");
  });

  it("shows its version", () => {
    expect(parse("--version")).toEqual({ kind: "information", text: "1.2.3\n" });
  });

  it("hands over the command that was selected, with the options of its parent", () => {
    const command = createCommand({ name: "salon-test", description: "Tests.", version: "1" });
    command.command("first").action(() => {});
    command
      .command("second")
      .addOption(textOption("--deep", "deep"))
      .action(() => {});
    const select = (argv: string[]): unknown =>
      parseCommandLine(command, argv, (selected) => ({
        name: selected.name(),
        log: readLogSettings(selected),
        deep: selected.opts()["deep"],
      }));
    expect(select(["second", "--deep", "--log-level", "debug"])).toEqual({
      kind: "settings",
      settings: { name: "second", log: { level: "debug" }, deep: true },
    });
    expect(select([])).toEqual({
      kind: "usage-error",
      message: "a command is missing: one of first, second",
    });
  });
});

describe("environmentVariableOf", () => {
  it("is the flag in capitals behind SALON_", () => {
    expect(environmentVariableOf("--ssl-ca-file")).toBe("SALON_SSL_CA_FILE");
  });
});
