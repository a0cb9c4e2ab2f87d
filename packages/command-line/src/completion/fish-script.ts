import type { CompletedCommand, CompletedOption } from "./completed-command.ts";

/** The script for fish: `salon-table --completion fish | source`. */
export function fishScript(command: CompletedCommand): string {
  const { name, commands, options } = command;
  const isBefore = commands.length === 0 ? "" : ` -n '__fish_use_subcommand'`;
  const lines = [
    ...commands.map(
      (each) => `complete -c ${name}${isBefore} -a ${each.name} -d ${text(each.description)}`,
    ),
    ...options.map((option) => `complete -c ${name}${isBefore}${optionText(option)}`),
    ...commands.flatMap((each) =>
      each.options.map(
        (option) =>
          `complete -c ${name} -n '__fish_seen_subcommand_from ${each.name}'${optionText(option)}`,
      ),
    ),
  ];
  return `# Completes ${name} in fish: ${name} --completion fish | source
complete -c ${name} -f
${lines.join("\n")}
`;
}

function optionText({ flag, description, takesValue, choices, isFile }: CompletedOption): string {
  const values = isFile ? " -r -F" : takesValue ? " -x" : "";
  const words = choices.length === 0 ? "" : ` -a ${text(choices.join(" "))}`;
  return ` -l ${flag.replace(/^--/, "")}${values}${words} -d ${text(description)}`;
}

/** In fish's single quotes backslashes and quotes are escaped. */
function text(value: string): string {
  return `'${value.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
