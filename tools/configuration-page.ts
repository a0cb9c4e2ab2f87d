import {
  COMMANDS,
  type HelpOption,
  optionsIn,
  printed,
  subcommandsOf,
  type WorkspaceCommand,
} from "./command-help.ts";

const INTRODUCTION = `# Configuration

Every flag is also an environment variable; the command line wins over the environment, the environment over the default.
A flag without a value is off where its variable is empty, \`0\`, \`false\`, \`no\` or \`off\`. Durations are written \`500ms\`, \`3s\`,
\`10m\`, \`1h\`, \`2d\`, sizes \`64MB\`, \`128MiB\`, \`4096\`. Flags that may be given many times hold one pair a line in their variable,
or several separated by commas.

Secrets have no default and are in no help, log line, page or table: prefer the \`…-file\` flags, or the variables, since others
can see command lines. A store's credentials come from \`AWS_ACCESS_KEY_ID\`, \`AWS_SECRET_ACCESS_KEY\` and the rest of the AWS
SDK's default chain ([operations.md](operations.md#a-protected-store)), own authorities from \`NODE_EXTRA_CA_CERTS\`. What \`--catalog-property\` takes is listed at
[@salon/iceberg-writer](../packages/iceberg-writer/README.md#catalogs-and-storage), what \`--table-property\` takes
[below it](../packages/iceberg-writer/README.md#table-properties-that-are-obeyed).

Each command has \`--help\` with examples and exit codes, \`--version\`, and \`--completion bash\`, \`zsh\` or \`fish\`, which prints a
script for that shell: \`source <(salon-consume --completion bash)\`, \`salon-consume --completion fish | source\`. \`NO_COLOR\` is
obeyed. Where traces go says OpenTelemetry's own \`OTEL_EXPORTER_OTLP_ENDPOINT\`.

This page is written from the commands themselves, and a test holds it to them.`;

/** Flags that are said of all commands in the text above. */
const OF_ALL = ["--help", "--version", "--completion"];

/** The page of all flags, as markdown, made of what the commands' own help says. */
export function configurationPage(): string {
  const [first, ...others] = COMMANDS;
  if (first === undefined) return INTRODUCTION;
  const known = optionsOf(first, []);
  const sections = [
    `## ${first.name}\n\n${table(known)}`,
    ...others.map((command) => section(command, known)),
  ];
  return `${[INTRODUCTION, ...sections].join("\n\n")}\n`;
}

function section(command: WorkspaceCommand, known: readonly HelpOption[]): string {
  const own = optionsOf(command, []);
  const parts = [`## ${command.name}`, optionsText(own, known)];
  for (const name of subcommandsOf(command)) {
    const more = optionsOf(command, [name]).filter((option) => !isAmong(option, own));
    if (more.length === 0) continue;
    parts.push(`### ${command.name} ${name}`, optionsText(more, known));
  }
  return parts.join("\n\n");
}

/** Options that are the same elsewhere are only named. */
function optionsText(options: readonly HelpOption[], known: readonly HelpOption[]): string {
  const shared = options.filter((option) => isAmong(option, known));
  const own = options.filter((option) => !isAmong(option, known));
  const names = shared.map(({ flag }) => `\`${flag.split(" ")[0]}\``);
  return [
    ...(own.length === 0 ? [] : [table(own)]),
    ...(names.length === 0 ? [] : [`As of ${COMMANDS[0]?.name}: ${names.join(", ")}.`]),
  ].join("\n\n");
}

function optionsOf(command: WorkspaceCommand, words: readonly string[]): readonly HelpOption[] {
  const options = optionsIn(printed(command, [...words, "--help"]));
  return options.filter(({ flag }) => !OF_ALL.includes(flag.split(" ")[0] ?? ""));
}

function isAmong(option: HelpOption, others: readonly HelpOption[]): boolean {
  return others.some((other) => JSON.stringify(other) === JSON.stringify(option));
}

function table(options: readonly HelpOption[]): string {
  const rows = options.map(({ flag, meaning, choices, defaultText, variable }) => {
    const words = choices.map((choice) => `\`${choice}\``).join(", ");
    const cells = [
      `\`${flag}\``,
      words === "" ? meaning : `${meaning}: ${words}`,
      defaultText ?? "",
      variable === undefined ? "" : `\`${variable}\``,
    ];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return ["| Flag | Meaning | Default | Variable |", "|---|---|---|---|", ...rows].join("\n");
}
