import { appendFileSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";

/** How many bytes each log had at a moment, by its path. */
export type LogSizes = ReadonlyMap<string, number>;

const NAME_CHARACTERS_MAX = 60;
const sharedInUse = new Set<string>();
let ownDirectory: string | undefined;

/**
 * Where a run of tests has its logs: a directory of `parent` that is named after this process. What
 * ended runs have left there is removed; another run in the same checkout keeps its own.
 */
export function logsOfThisRun(parent: string): string {
  mkdirSync(parent, { recursive: true });
  const ended = readdirSync(parent).filter((name) => !isRunning(Number(name)));
  for (const name of ended) rmSync(join(parent, name), { recursive: true, force: true });
  return join(parent, String(process.pid));
}

/** From now on what each process that this one starts prints is kept in a file of `directory`. */
export function keepLogsIn(directory: string): void {
  mkdirSync(directory, { recursive: true });
  ownDirectory = directory;
}

/** Appends to the log of a process, both of its streams; absent where no logs are kept. */
export function openKeptLog(name: string, pid: number): ((text: string) => void) | undefined {
  if (ownDirectory === undefined) return undefined;
  const path = join(ownDirectory, `${fileName(name)}.${pid}.log`);
  // At once: the log is whole whenever a test looks at it, and however this process ends.
  return (text) => appendFileSync(path, text);
}

/** Notes that this test file uses shared services of these names. */
export function noteUseOf(...names: readonly string[]): void {
  for (const name of names) sharedInUse.add(fileName(name));
}

/** True of the log of a shared service that this test file uses. */
export function isLogInUse(path: string): boolean {
  return sharedInUse.has(basename(path).replace(/\.\d+\.log$/, ""));
}

/** The logs in some directories, as they are now. */
export function measureLogs(directories: readonly string[]): LogSizes {
  const paths = directories.flatMap((directory) =>
    readdirSync(directory).map((file) => join(directory, file)),
  );
  return new Map(paths.map((path) => [path, statSync(path).size]));
}

/** The last lines that a log has after its first `sizeBytes`, `linesMax` at most; "" for none. */
export function linesAfter(path: string, sizeBytes: number, linesMax: number): string {
  const text = readFileSync(path).subarray(sizeBytes).toString("utf8").trimEnd();
  return text.split("\n").slice(-linesMax).join("\n");
}

function fileName(name: string): string {
  const words = name.replace(/^the /, "").replaceAll(/[^\w.]+/g, "-");
  return words.toLowerCase().slice(-NAME_CHARACTERS_MAX);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
