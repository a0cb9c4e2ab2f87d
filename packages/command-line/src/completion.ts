import { type Command, CommanderError, Option } from "commander";
import { bashScript } from "./completion/bash-script.ts";
import type { CompletedCommand, CompletedOption } from "./completion/completed-command.ts";
import { fishScript } from "./completion/fish-script.ts";
import { zshScript } from "./completion/zsh-script.ts";

const SCRIPTS: Readonly<Record<string, (command: CompletedCommand) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};
/** Names of values that are places in the file system. */
const FILE_VALUE = /<(?:path|file|location)>/;

/** The code of the error that ends parsing; its message is the script. */
export const COMPLETION_PRINTED = "salon.completion";

/**
 * Adds `--completion <shell>`: a script for standard output, made of the command's own options,
 * that completes it in bash, zsh or fish. Parsing ends there, as it does at `--help`.
 */
export function addCompletionOption(command: Command): void {
  const option = new Option("--completion <shell>", "print a script that completes this command");
  command.addOption(option.choices(Object.keys(SCRIPTS)));
  command.on("option:completion", (shell: string) => {
    const script = SCRIPTS[shell]?.(completedCommand(command)) ?? "";
    throw new CommanderError(0, COMPLETION_PRINTED, script);
  });
}

function completedCommand(command: Command): CompletedCommand {
  return {
    name: command.name(),
    description: oneLine(command.summary() || command.description()),
    options: optionsOf(command),
    commands: command.commands.map((each) => ({
      ...completedCommand(each),
      options: [...optionsOf(each), ...optionsOf(command).filter(isNoneOf(optionsOf(each)))],
    })),
  };
}

function optionsOf(command: Command): readonly CompletedOption[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map(({ long, flags, description, argChoices }) => ({
      flag: long ?? flags,
      description: oneLine(description),
      takesValue: flags.includes("<"),
      choices: argChoices ?? [],
      isFile: FILE_VALUE.test(flags),
    }));
}

function isNoneOf(options: readonly CompletedOption[]): (option: CompletedOption) => boolean {
  return ({ flag }) => options.every((other) => other.flag !== flag);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
