import { InvalidArgumentError, type Option } from "commander";
import { CommandLineError } from "./command-line-error.ts";
import { textOption } from "./option.ts";

const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/**
 * Bytes of a size like `128MiB`, `1.5 GiB`, `64MB` or `4096` (bytes).
 *
 * Throws `USAGE_INVALID` for any other text and for parts of a byte.
 */
export function parseByteSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([kKMGT]?i?B|)$/.exec(text);
  const bytes = Number(match?.[1]) * (BYTES_PER_UNIT[match?.[2] ?? "-"] ?? Number.NaN);
  if (!Number.isSafeInteger(bytes)) {
    throw new CommandLineError("USAGE_INVALID", `"${text}" is no size like 128MiB or 64MB`, {
      context: { text },
    });
  }
  return bytes;
}

/** The shortest exact text of a size in binary units: 134,217,728 is `128MiB`. */
export function formatByteSize(bytes: number): string {
  for (const unit of ["TiB", "GiB", "MiB", "KiB"]) {
    const unitBytes = BYTES_PER_UNIT[unit] ?? 1;
    if (bytes >= unitBytes && bytes % unitBytes === 0) return `${bytes / unitBytes}${unit}`;
  }
  return `${bytes}B`;
}

/** An option that takes a size; its value is in bytes. */
export function byteSizeOption(
  flags: string,
  description: string,
  settings: {
    readonly defaultText?: string | undefined;
    readonly minBytes?: number | undefined;
  } = {},
): Option {
  const { defaultText, minBytes = 1 } = settings;
  const option = textOption(flags, description).argParser((text: string) => {
    const bytes = parseOption(text);
    if (bytes >= minBytes) return bytes;
    throw new InvalidArgumentError(`It must be at least ${formatByteSize(minBytes)}.`);
  });
  return defaultText === undefined
    ? option
    : option.default(parseByteSize(defaultText), defaultText);
}

function parseOption(text: string): number {
  try {
    return parseByteSize(text);
  } catch {
    throw new InvalidArgumentError("It must be a size like 128MiB, 64MB or 4096.");
  }
}
