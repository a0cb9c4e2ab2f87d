import { open } from "node:fs/promises";
import { CommandLineError } from "./command-line-error.ts";

/** Far beyond any secret, certificate or set of rules; `/dev/zero` has no end. */
const FILE_BYTES_MAX = 16 * 2 ** 20;

/** What an operator is told of the system's own codes. */
const REASONS: ReadonlyMap<string | undefined, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["ENOTDIR", "there is no such file"],
  ["EISDIR", "it is a directory"],
  ["EACCES", "this user may not read it"],
  ["EPERM", "this user may not read it"],
]);

/**
 * The text of the file that a flag names, in UTF-8; undefined where it names none. A pipe will do.
 *
 * Throws `FILE_UNREADABLE` naming flag and path: absent, a directory, not permitted, empty, no
 * text, or larger than 16 MiB.
 */
export async function readTextFile(
  flag: string,
  path: string | undefined,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const bytes = await readBounded(path).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable({ flag, path, reason: REASONS.get(cause.code) ?? cause.message, cause });
  });
  if (bytes === undefined) {
    throw unreadable({ flag, path, reason: `it has more than ${FILE_BYTES_MAX} bytes` });
  }
  const text = decode(bytes);
  if (text === undefined) throw unreadable({ flag, path, reason: "it is no UTF-8 text" });
  if (text.trim() === "") throw unreadable({ flag, path, reason: "it is empty" });
  return text;
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

/** Undefined for a file that is too large, of which no more is read. */
async function readBounded(path: string): Promise<Uint8Array | undefined> {
  await using file = await open(path);
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of file.createReadStream({
    end: FILE_BYTES_MAX,
  }) as AsyncIterable<Buffer>) {
    parts.push(part);
    sizeBytes += part.byteLength;
  }
  return sizeBytes > FILE_BYTES_MAX ? undefined : Buffer.concat(parts);
}

/** Without the byte order mark that some editors begin a text with. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function unreadable(what: {
  readonly flag: string;
  readonly path: string;
  readonly reason: string;
  readonly cause?: unknown;
}): CommandLineError {
  const { flag, path, reason, cause } = what;
  const message = `cannot read the file of ${flag}, ${path}: ${reason}`;
  return new CommandLineError("FILE_UNREADABLE", message, { context: { flag, path }, cause });
}
