import {
  type CompletedCommand,
  type CompletedOption,
  functionName,
  quoted,
} from "./completed-command.ts";

/** The script for zsh, after `compinit`: `source <(salon-table --completion zsh)`. */
export function zshScript(command: CompletedCommand): string {
  const { name, commands } = command;
  const own = functionName(command);
  const body = commands.length === 0 ? argumentsOf(command) : dispatch(command);
  return `#compdef ${name}
# Completes ${name} in zsh: source <(${name} --completion zsh)
${own}() {
  local context state state_descr line
  typeset -A opt_args
${body}
}
compdef ${own} ${name}
`;
}

function dispatch(command: CompletedCommand): string {
  const described = command.commands.map(
    ({ name, description }) => `      ${quoted(`${name}:${description.replaceAll(":", "\\:")}`)}`,
  );
  const cases = command.commands.map(
    (each) => `        ${each.name})\n${argumentsOf(each, "          ")}\n          ;;`,
  );
  return `${argumentsOf(command, "  ", ["-C", "'1:command:->command'", "'*::argument:->argument'"])}
  case $state in
    command)
      local -a commands=(
${described.join("\n")}
      )
      _describe command commands
      ;;
    argument)
      case $line[1] in
${cases.join("\n")}
      esac
      ;;
  esac`;
}

function argumentsOf(
  { options }: CompletedCommand,
  indent = "  ",
  more: readonly string[] = [],
): string {
  const specs = [...more, ...options.map((option) => quoted(specOf(option)))];
  return `${indent}_arguments ${specs.join(` \\\n${indent}  `)}`;
}

/** `--flag=[what it is]:value:(choices)`, in which brackets and colons are escaped. */
function specOf({ flag, description, takesValue, choices, isFile }: CompletedOption): string {
  const text = description.replaceAll(/[[\]:\\]/g, String.raw`\$&`);
  if (!takesValue) return `${flag}[${text}]`;
  const values = isFile ? "_files" : choices.length > 0 ? `(${choices.join(" ")})` : " ";
  return `*${flag}=[${text}]:value:${values}`;
}
