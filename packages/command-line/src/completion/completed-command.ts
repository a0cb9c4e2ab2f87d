/** An option as shells complete it. */
export interface CompletedOption {
  /** With its dashes: `--topic`. */
  readonly flag: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** The words that its value may be; empty where it may be any. */
  readonly choices: readonly string[];
  /** Whether its value is a place in the file system. */
  readonly isFile: boolean;
}

/** A command as shells complete it; those below it have its options too. */
export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  readonly commands: readonly CompletedCommand[];
}

/** A name for a shell's function. */
export function functionName({ name }: CompletedCommand): string {
  return `_${name.replaceAll(/\W/g, "_")}`;
}

/** All options of a command and those below it, each flag once. */
export function allOptions(command: CompletedCommand): readonly CompletedOption[] {
  const options = [command, ...command.commands].flatMap((each) => each.options);
  return [...new Map(options.map((option) => [option.flag, option])).values()];
}

/** A text as one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
