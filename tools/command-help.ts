import { parseArgs as parseConsume } from "../apps/consumer-cli/src/args.ts";
import { parseArgs as parseDemo } from "../apps/demo/src/args.ts";
import { parseArgs as parseBroker } from "../apps/dev-broker-cli/src/args.ts";
import { parseArgs as parseProduce } from "../apps/producer-cli/src/args.ts";
import { parseArgs as parseSmoke } from "../apps/smoke/src/args.ts";
import { parseArgs as parseTable } from "../apps/table-cli/src/args.ts";

/** A command of this workspace, by its own parser. */
export interface WorkspaceCommand {
  readonly name: string;
  /** How it is typed. */
  readonly typed: string;
  readonly parse: (argv: readonly string[], version: string) => Outcome;
}

/** What a parser answers, as far as it is the same for all. */
type Outcome =
  | { readonly kind: "settings" }
  | { readonly kind: "information"; readonly text: string }
  | { readonly kind: "usage-error"; readonly message: string };

/** All that a user can start. */
export const COMMANDS: readonly WorkspaceCommand[] = [
  { name: "salon-consume", typed: "salon-consume", parse: parseConsume },
  { name: "salon-produce", typed: "salon-produce", parse: parseProduce },
  { name: "salon-table", typed: "salon-table", parse: parseTable },
  { name: "salon-dev-broker", typed: "salon-dev-broker", parse: parseBroker },
  { name: "demo", typed: "npm run demo", parse: parseDemo },
  { name: "smoke", typed: "npm run smoke", parse: parseSmoke },
];

/** An option as a command's help shows it. */
export interface HelpOption {
  /** With what it takes: `--topic <name>`. */
  readonly flag: string;
  readonly meaning: string;
  readonly choices: readonly string[];
  readonly defaultText?: string | undefined;
  readonly variable?: string | undefined;
}

/** What a command prints instead of doing its work. */
export function printed({ name, parse }: WorkspaceCommand, argv: readonly string[]): string {
  const outcome = parse(argv, "1.2.3");
  if (outcome.kind === "information") return outcome.text;
  throw new Error(`${name} ${argv.join(" ")} prints nothing: ${JSON.stringify(outcome)}`);
}

/** The names of the commands below a command. */
export function subcommandsOf(command: WorkspaceCommand): readonly string[] {
  const section = /\nCommands:\n((?: {2}.*\n)+)/.exec(printed(command, ["--help"]))?.[1] ?? "";
  const names = Array.from(section.matchAll(/^ {2}([a-z-]+)/gm), ([, name = ""]) => name);
  return names.filter((name) => name !== "help");
}

/** The options that a help shows; what was wrapped stands below the description's beginning. */
export function optionsIn(help: string): readonly HelpOption[] {
  const unwrapped = help.replaceAll(/\n {10,}(?=\S)/g, " ");
  const lines = Array.from(unwrapped.matchAll(/^ {2}(?:-\w, )?(--\S.*?) {2,}(.+)$/gm));
  return lines.map(([, flag = "", text = ""]) => optionOf(flag, text));
}

function optionOf(flag: string, text: string): HelpOption {
  const [, own = text, details = ""] = /^(.*?)(?: \(([^()]*env: \w+)\))?$/.exec(text) ?? [];
  const said = / \(default: ([^()]*)\)$/.exec(own);
  return {
    flag,
    meaning: said === null ? own : own.slice(0, said.index),
    choices: Array.from(
      /choices: ("[^)]*?")(?:, [a-z]+:|$)/.exec(details)?.[1]?.matchAll(/"([^"]+)"/g) ?? [],
      ([, word = ""]) => word,
    ),
    defaultText: /(?:^|, )default: (.*?), env: /.exec(details)?.[1] ?? said?.[1],
    variable: /env: (\w+)$/.exec(details)?.[1],
  };
}

/** The command lines of a help's examples, as words behind the command. */
export function examplesIn(help: string): readonly (readonly string[])[] {
  const section = /\nExamples:\n([^]*?)\n\n?(?:\w|$)/.exec(help)?.[1] ?? "";
  const lines = section.replaceAll(/\\\n\s+/g, "").split("\n");
  return lines
    .filter((line) => line.startsWith("  $ "))
    .map((line) => line.slice("  $ ".length).split(" "));
}
