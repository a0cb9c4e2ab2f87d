import { readFile } from "node:fs/promises";
import { CommandLineError } from "./command-line-error.ts";

/**
 * The text of the file that a flag names; undefined where it names none.
 *
 * Throws `FILE_UNREADABLE` naming flag and path.
 */
export async function readTextFile(
  flag: string,
  path: string | undefined,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandLineError("FILE_UNREADABLE", `cannot read the file of ${flag}: ${reason}`, {
      context: { flag, path },
      cause,
    });
  }
}

/**
 * As {@link readTextFile}, without the line break that editors and `echo` end a file with: it is no
 * part of a secret.
 */
export async function readSecretFile(
  flag: string,
  path: string | undefined,
): Promise<string | undefined> {
  return (await readTextFile(flag, path))?.replace(/\r?\n$/, "");
}
