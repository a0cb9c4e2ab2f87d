import { CommandLineError } from "./command-line-error.ts";

/** Flags with what they say, if they are given. */
export type GivenFlags = Readonly<Record<string, string | undefined>>;

/** An error of the command line; the message names the flag, and holds no secret. */
export function usageError(message: string): CommandLineError {
  return new CommandLineError("USAGE_INVALID", message);
}

/**
 * A flag that is silently without effect would let someone believe in a protection that is not
 * there.
 */
export function refuseWithout(missing: string, flags: GivenFlags): void {
  for (const [flag, value] of Object.entries(flags)) {
    if (value !== undefined) throw usageError(`${flag} needs ${missing}`);
  }
}

/** One thing from two places: which of them counts would be a guess. */
export function refuseBoth(flags: GivenFlags): void {
  if (Object.values(flags).includes(undefined)) return;
  throw usageError(`${Object.keys(flags).join(" and ")} exclude each other`);
}
