import { allOptions, type CompletedCommand, functionName } from "./completed-command.ts";

/** The script for bash 3.2 and newer: `source <(salon-table --completion bash)`. */
export function bashScript(command: CompletedCommand): string {
  const { name, commands } = command;
  const own = functionName(command);
  const valued = allOptions(command).filter(({ takesValue }) => takesValue);
  const choices = valued
    .filter((option) => option.choices.length > 0)
    .map(({ flag, choices: words }) => `    ${flag}) words='${words.join(" ")}' ;;`);
  const files = valued.filter(({ isFile }) => isFile).map(({ flag }) => flag);
  const others = valued
    .filter((option) => !option.isFile && option.choices.length === 0)
    .map(({ flag }) => flag);
  const names = commands.map((each) => each.name);
  const words = [command, ...commands].map(
    (each) => `    ${each === command ? "''" : each.name}) words='${wordsOf(each)}' ;;`,
  );
  return `# Completes ${name} in bash: source <(${name} --completion bash)
${own}() {
  local IFS=$' \\t\\n' current=\${COMP_WORDS[COMP_CWORD]} flag=\${COMP_WORDS[COMP_CWORD - 1]}
  local command='' word words=''
  # bash takes the sign of --flag=value for a word of its own.
  if [[ $current == '=' ]]; then
    current=''
  elif [[ $flag == '=' ]]; then
    flag=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $flag in
${choices.join("\n")}
${files.length === 0 ? "" : `    ${files.join(" | ")})\n      IFS=$'\\n'\n      compopt -o filenames 2>/dev/null\n      COMPREPLY=($(compgen -f -- "$current"))\n      return\n      ;;\n`}    ${others.join(" | ")}) return ;;
  esac
  if [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    return
  fi
${
  names.length === 0
    ? ""
    : `  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${names.join(" | ")}) command=$word && break ;; esac
  done
`
}  case $command in
${words.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F ${own} ${name}
`;
}

function wordsOf({ commands, options }: CompletedCommand): string {
  return [...commands.map(({ name }) => name), ...options.map(({ flag }) => flag)].join(" ");
}
