import { type Command, Option, type OptionValues } from "commander";
import { CommandLineError } from "./command-line-error.ts";

/**
 * The pairs of a repeatable option that takes `name=value`; of one name the last counts. Its
 * environment variable holds one pair a line, or several separated by commas, where a comma counts
 * only if another `name=` follows it.
 *
 * Throws `USAGE_INVALID` naming the flag; the text stays out of the message, it may be a secret.
 */
export function readNameValues(
  command: Command,
  longFlag: string,
): Readonly<Record<string, string>> {
  // The option may be a parent command's: its name is all that is needed.
  const key = new Option(longFlag).attributeName();
  const texts: readonly string[] = command.optsWithGlobals<OptionValues>()[key] ?? [];
  const isEnvironment = command.getOptionValueSourceWithGlobals(key) === "env";
  const pairs = isEnvironment ? texts.flatMap(splitVariable) : texts;
  return Object.fromEntries(pairs.map((pair) => parsePair(longFlag, pair)));
}

function splitVariable(text: string): readonly string[] {
  const separator = text.includes("\n") ? "\n" : /,(?=[^,=\s]+=)/;
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function parsePair(longFlag: string, text: string): readonly [string, string] {
  const end = text.indexOf("=");
  if (end > 0) return [text.slice(0, end).trim(), text.slice(end + 1)];
  throw new CommandLineError("USAGE_INVALID", `${longFlag} takes name=value`);
}
