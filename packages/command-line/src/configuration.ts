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

function textOf(flag: string, value: unknown): string {
  if (SECRET_FLAG.test(flag) && !flag.endsWith("-file")) return HIDDEN;
  if (Array.isArray(value)) return value.map((each) => pairsText(String(each))).join(", ");
  return withoutUserInfo(String(value));
}

/** Pairs `name=value`, of which a variable holds several. */
function pairsText(text: string): string {
  return text
    .split(/\n|,(?=[^,=\s]+=)/)
    .map((pair) => {
      const end = pair.indexOf("=");
      const name = pair.slice(0, Math.max(end, 0));
      if (SECRET_PROPERTY.test(name)) return `${name.trim()}=${HIDDEN}`;
      return withoutUserInfo(pair.trim());
    })
    .join(", ");
}

function withoutUserInfo(text: string): string {
  return text.replace(/(\w:\/\/)[^/?#\s]*@/g, `$1${HIDDEN}@`);
}
