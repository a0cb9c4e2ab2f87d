import { InvalidArgumentError, Option } from "commander";

/** The environment variable of a flag: `--commit-rows` is `SALON_COMMIT_ROWS`. */
export function environmentVariableOf(longFlag: string): string {
  return `SALON_${longFlag.replace(/^--/, "").replaceAll("-", "_").toUpperCase()}`;
}

/** An option that is also read from its environment variable, which `--help` shows. */
export function textOption(flags: string, description: string, defaultValue?: string): Option {
  const option = new Option(flags, description);
  option.env(environmentVariableOf(option.long ?? flags));
  return defaultValue === undefined ? option : option.default(defaultValue, defaultValue);
}

/** An option that takes one of a few words. */
export function choiceOption(
  flags: string,
  description: string,
  choices: readonly string[],
  defaultValue?: string,
): Option {
  return textOption(flags, description, defaultValue).choices(choices);
}

const PORT_MAX = 65_535;

/** Bounds of a number option, both inclusive. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
}

/**
 * An option that takes a whole number in decimal digits; `1_000_000` and `1,000,000` are taken too.
 */
export function integerOption(
  flags: string,
  description: string,
  range: NumberRange,
  defaultValue?: number,
): Option {
  return numberOption(flags, description, defaultValue, (text) => {
    const digits = text.replace(/(?<=\d)[_,](?=\d{3}(?:\D|$))/g, "");
    return inRange(/^-?\d+$/.test(digits) ? Number(digits) : Number.NaN, "a whole number", range);
  });
}

/** An option that takes a finite decimal number. */
export function decimalOption(
  flags: string,
  description: string,
  range: NumberRange,
  defaultValue?: number,
): Option {
  return numberOption(flags, description, defaultValue, (text) =>
    inRange(/^-?(?:\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN, "a number", range),
  );
}

/**
 * An option that may be given many times; its value is the list of texts, in order. Where the texts
 * are pairs, `readNameValues` takes several of them from the variable.
 */
export function repeatableOption(flags: string, description: string): Option {
  return textOption(flags, description)
    .default([], "none")
    .argParser((text: string, texts: readonly string[]) => [...texts, text]);
}

function numberOption(
  flags: string,
  description: string,
  defaultValue: number | undefined,
  parse: (text: string) => number,
): Option {
  const option = textOption(flags, description).argParser(parse);
  if (defaultValue === undefined) return option;
  return option.default(defaultValue, defaultText(defaultValue));
}

/** Ports have no thousands; numbers beyond them are easier to read by them. */
function defaultText(value: number): string {
  return value <= PORT_MAX ? String(value) : value.toLocaleString("en-US");
}

function inRange(value: number, noun: string, { min, max }: NumberRange): number {
  if (value >= min && value <= max) return value;
  const bounds =
    max === Number.MAX_SAFE_INTEGER || max === Infinity
      ? `of at least ${min}`
      : `from ${min} to ${max}`;
  throw new InvalidArgumentError(`It must be ${noun} ${bounds}.`);
}
