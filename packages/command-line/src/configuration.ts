import type { Command, OptionValueSource } from "commander";

/** A setting that is in force. */
export interface ConfigurationEntry {
  /** The flag: `--commit-interval`. */
  readonly name: string;
  /** As text; a secret is `(hidden)`. */
  readonly value: string;
  readonly source: "default" | "environment" | "command line";
}

const HIDDEN = "(hidden)";
const SECRET_FLAG = /password|token|secret/;
/** Where tokens come from is no secret; a user in it is hidden like any. */
const PLACE_FLAG = /-endpoint$/;
/** Of catalog properties: too many are hidden rather than one too few. */
const SECRET_PROPERTY = /secret|token|credential|password|key|auth|^header\./i;
const SOURCES: Readonly<
  Partial<Record<NonNullable<OptionValueSource>, ConfigurationEntry["source"]>>
> = {
  env: "environment",
  cli: "command line",
};

/** Every option that has a value, with where it is from, and no secret of any. */
export function describeConfiguration(command: Command): readonly ConfigurationEntry[] {
  return command.options.flatMap((option): readonly ConfigurationEntry[] => {
    const key = option.attributeName();
    const value: unknown = command.getOptionValue(key);
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
    const source = SOURCES[command.getOptionValueSource(key) ?? "default"] ?? "default";
    return [{ name: option.long ?? key, value: textOf(option.long ?? key, value), source }];
  });
}

/** The flags that give a secret on the command line, where others see it in the process list. */
export function shownSecrets(configuration: readonly ConfigurationEntry[]): readonly string[] {
  const shown = configuration.filter(
    ({ source, value }) => source === "command line" && value.includes(HIDDEN),
  );
  return shown.map(({ name }) => name);
}

function textOf(flag: string, value: unknown): string {
  const isFile = flag.endsWith("-file");
  if (SECRET_FLAG.test(flag) && !isFile && !PLACE_FLAG.test(flag)) return HIDDEN;
  if (Array.isArray(value)) {
    return value.map((each) => (isFile ? String(each) : pairsText(String(each)))).join(", ");
  }
  return withoutSecrets(String(value));
}

/** Pairs `name=value`, of which a variable holds several. */
function pairsText(text: string): string {
  return text
    .split(/\n|,(?=[^,=\s]+=)/)
    .map((pair) => {
      const end = pair.indexOf("=");
      const name = pair.slice(0, Math.max(end, 0));
      if (SECRET_PROPERTY.test(name)) return `${name.trim()}=${HIDDEN}`;
      return withoutSecrets(pair.trim());
    })
    .join(", ");
}

/** What a URI may hold of them: a user with a password, and parameters, as JDBC has them. */
function withoutSecrets(text: string): string {
  return text
    .replace(/(\w:\/\/)[^/?#\s]*@/g, `$1${HIDDEN}@`)
    .replace(/(?<=[?&;])([^=&;\s]+)=[^&;\s]*/g, (parameter, name: string) =>
      SECRET_PROPERTY.test(name) ? `${name}=${HIDDEN}` : parameter,
    );
}
