import { parseArgs } from "node:util";

/** What every benchmark can be told. */
export interface BenchArguments {
  readonly rows: number;
  readonly seed: number;
  /** Rounds that are measured; the figure is that of the one in the middle. */
  readonly runs: number;
  /** Directory for CPU profiles, where they are asked for. */
  readonly profile?: string;
}

/** The flags of a benchmark, `--rows`, `--seed`, `--runs` and `--profile`, over its defaults. */
export function benchArguments(defaults: {
  readonly rows: number;
  readonly runs?: number;
}): BenchArguments {
  const { values } = parseArgs({
    options: {
      rows: { type: "string", default: String(defaults.rows) },
      seed: { type: "string", default: "1" },
      runs: { type: "string", default: String(defaults.runs ?? 5) },
      profile: { type: "string" },
    },
  });
  return {
    rows: wholeNumber("rows", values.rows),
    seed: wholeNumber("seed", values.seed),
    runs: wholeNumber("runs", values.runs),
    ...(values.profile !== undefined && { profile: values.profile }),
  };
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`--${name} is a whole number above 0, not ${text}`);
}
