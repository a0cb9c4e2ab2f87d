import { Command, CommanderError } from "commander";
import { CommandLineError } from "./command-line-error.ts";
import { addCompletionOption, COMPLETION_PRINTED } from "./completion.ts";
import { EXIT_CODES, type ExitCodeRow } from "./exit-code.ts";
import { addLogOptions } from "./log-options.ts";

export type { Command } from "commander";

/** What a command line asks for. */
export type ParseOutcome<Settings> =
  | { readonly kind: "settings"; readonly settings: Settings }
  /** `--help`, `--version` or `--completion`: `text` goes to standard output. */
  | { readonly kind: "information"; readonly text: string }
  /** One sentence that names the flag. */
  | { readonly kind: "usage-error"; readonly message: string };

/** A command line that `--help` shows. */
export interface CommandExample {
  /** What it does, as the start of a sentence. */
  readonly does: string;
  /** One line, or several that end in a backslash but for the last. */
  readonly line: string;
}

/** How a command presents itself in `--help`. */
export interface CommandDescription {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly examples?: readonly CommandExample[] | undefined;
  /** Exit codes beyond those that every command has. */
  readonly exitCodes?: readonly ExitCodeRow[] | undefined;
}

/**
 * A commander command with the log options and the exit codes in its help. It prints nothing and
 * never ends the process: {@link parseCommandLine} turns what it would do into a value.
 */
export function createCommand(description: CommandDescription): Command {
  const rows = [...EXIT_CODES, ...(description.exitCodes ?? [])].toSorted(
    (a, b) => a.code - b.code,
  );
  const table = rows.map(({ code, meaning }) => `  ${String(code).padEnd(5)}${meaning}`);
  const command = new Command(description.name)
    .description(description.description)
    .version(description.version)
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .configureHelp({ showGlobalOptions: true })
    .allowExcessArguments(false);
  addExamples(command, description.examples ?? []);
  addCompletionOption(command);
  return addLogOptions(command.addHelpText("after", `\nExit codes:\n${table.join("\n")}\n`));
}

/** Shows examples behind the options in the help of a command, or of one below it. */
export function addExamples(command: Command, examples: readonly CommandExample[]): Command {
  if (examples.length === 0) return command;
  const texts = examples.map(({ does, line }) => {
    const [first = "", ...rest] = line.split("\n");
    return [`  # ${does}`, `  $ ${first}`, ...rest.map((part) => `    ${part.trim()}`)].join("\n");
  });
  return command.addHelpText("after", `\nExamples:\n${texts.join("\n\n")}`);
}

/**
 * Parses arguments (without the program's own name) and hands the command that they select to
 * `read`, which makes settings of its options.
 */
export function parseCommandLine<Settings>(
  command: Command,
  argv: readonly string[],
  read: (command: Command) => Settings,
): ParseOutcome<Settings> {
  let text = "";
  let selected = command;
  for (const each of [command, ...command.commands]) {
    each.configureOutput({ writeOut: (part) => (text += part), writeErr: () => {} });
    each.hook("preAction", (_, action) => void (selected = action));
  }
  try {
    command.parse(argv, { from: "user" });
    for (const each of new Set([command, selected])) readBooleanVariables(each);
    return { kind: "settings", settings: read(selected) };
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.code === COMPLETION_PRINTED) return { kind: "information", text: error.message };
      if (error.exitCode === 0) return { kind: "information", text };
      return { kind: "usage-error", message: usageMessage(command, error) };
    }
    if (error instanceof CommandLineError && error.code === "USAGE_INVALID") {
      return { kind: "usage-error", message: error.message };
    }
    throw error;
  }
}

/** A flag's variable that says "no" does not set the flag; commander looks only at its presence. */
function readBooleanVariables(command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName();
    const isFlag = option.isBoolean() || option.negate;
    if (!isFlag || command.getOptionValueSource(name) !== "env") continue;
    const text = process.env[option.envVar ?? ""] ?? "";
    if (/^(?:|0|false|no|off)$/i.test(text)) {
      command.setOptionValueWithSource(name, option.negate, "env");
    }
  }
}

function usageMessage(command: Command, error: CommanderError): string {
  if (error.code === "commander.help") {
    return `a command is missing: one of ${command.commands.map((each) => each.name()).join(", ")}`;
  }
  return error.message.replace(/^error: /, "").replaceAll("\n", " ");
}
