import { InvalidArgumentError, type Option } from "commander";
import { CommandLineError } from "./command-line-error.ts";
import { textOption } from "./option.ts";

const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Milliseconds of a duration like `500ms`, `3s`, `1.5m`, `1h` or `2d`.
 *
 * Throws `USAGE_INVALID` for any other text, also for a number without a unit.
 */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?(ms|s|m|h|d)$/.exec(text);
  const durationMs = Math.round(Number(match?.[1]) * (MS_PER_UNIT[match?.[2] ?? ""] ?? Number.NaN));
  if (!Number.isSafeInteger(durationMs)) {
    throw new CommandLineError(
      "USAGE_INVALID",
      `"${text}" is no duration like 500ms, 3s, 10m or 1h`,
      { context: { text } },
    );
  }
  return durationMs;
}

/** The shortest text for `parseDuration` that keeps the value exactly: 90,000 is `90s`. */
export function formatDuration(durationMs: number): string {
  for (const unit of ["d", "h", "m", "s"]) {
    const unitMs = MS_PER_UNIT[unit] ?? 1;
    if (durationMs >= unitMs && durationMs % unitMs === 0) return `${durationMs / unitMs}${unit}`;
  }
  return durationMs === 0 ? "0s" : `${durationMs}ms`;
}

/** A time for people in whole units, rounded up: `12 s`, `3 min`, `2 h 10 min`. */
export function approximateDuration(durationMs: number): string {
  const minutes = Math.ceil(durationMs / 60_000);
  if (durationMs <= 60_000) return `${Math.ceil(durationMs / 1_000)} s`;
  return minutes <= 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** An option that takes a duration; its value is in milliseconds. */
export function durationOption(
  flags: string,
  description: string,
  settings: { readonly defaultText?: string | undefined; readonly minMs?: number | undefined } = {},
): Option {
  const { defaultText, minMs = 0 } = settings;
  const option = textOption(flags, description).argParser((text: string) => {
    const durationMs = parseOption(text);
    if (durationMs >= minMs) return durationMs;
    throw new InvalidArgumentError(`It must be at least ${formatDuration(minMs)}.`);
  });
  return defaultText === undefined
    ? option
    : option.default(parseDuration(defaultText), defaultText);
}

function parseOption(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    throw new InvalidArgumentError("It must be a duration like 500ms, 3s, 10m or 1h.");
  }
}
