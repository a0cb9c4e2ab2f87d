import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TestkitError } from "../testkit-error.ts";

/** Something to install once per machine. */
export interface Installation {
  /** Directory name, readable: `kafka4`. */
  readonly name: string;
  /** All that the content depends on; another text installs anew, beside the old. */
  readonly key: string;
  /** Fills the given empty directory. */
  readonly install: (directory: string) => Promise<void>;
}

const DONE = ".done";
const LOCK_WAIT_MAX_MS = 20 * 60_000;
const LOCK_PAUSE_MS = 200;
/** A lock without its owner's pid is one that is just being made, or whose maker died doing so. */
const OWNERLESS_LOCK_MAX_MS = 5_000;

/** `$SALON_TESTKIT_CACHE`, or `salon-testkit` in the user's cache directory. */
export function cacheDirectory(
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const own = env["SALON_TESTKIT_CACHE"];
  if (own !== undefined && own !== "") return own;
  const base = env["XDG_CACHE_HOME"];
  return join(
    base !== undefined && base !== "" ? base : join(homedir(), ".cache"),
    "salon-testkit",
  );
}

/**
 * The directory of an installation, which is installed first if it is not there. Processes that
 * want the same one wait for each other; what a failed or killed one left behind is never used.
 *
 * Errors: `INSTALL_FAILED`, and what `install` throws.
 */
export async function installOnce(
  { name, key, install }: Installation,
  cache: string = cacheDirectory(),
): Promise<string> {
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 12);
  const directory = join(cache, `${name}-${hash}`);
  if (await exists(join(directory, DONE))) return directory;
  await mkdir(cache, { recursive: true });
  await using resources = new AsyncDisposableStack();
  resources.use(await acquireLock(`${directory}.lock`));
  if (await exists(join(directory, DONE))) return directory;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory);
  await install(directory);
  await writeFile(join(directory, DONE), "");
  return directory;
}

async function acquireLock(path: string): Promise<AsyncDisposable> {
  const deadline = performance.now() + LOCK_WAIT_MAX_MS;
  while (!(await tryLock(path))) {
    if (performance.now() > deadline) {
      throw new TestkitError(
        "INSTALL_FAILED",
        `another process holds ${path} for over ${LOCK_WAIT_MAX_MS} ms; remove it if none does`,
      );
    }
    if (await isStale(path)) await removeStale(path);
    else await sleep(LOCK_PAUSE_MS);
  }
  return { [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function tryLock(path: string): Promise<boolean> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  await writeFile(join(path, "pid"), String(process.pid));
  return true;
}

async function isStale(path: string): Promise<boolean> {
  const owner = await readFile(join(path, "pid"), "utf8").catch(() => "");
  if (owner !== "") return !isAlive(Number(owner));
  const made = await stat(path).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > OWNERLESS_LOCK_MAX_MS;
}

/**
 * Moves the lock away before it looks again, since another waiter may have replaced it by a new
 * one.
 */
async function removeStale(path: string): Promise<void> {
  const aside = `${path}.${process.pid}.stale`;
  await rename(path, aside).catch(() => undefined);
  if ((await exists(aside)) && !(await isStale(aside))) {
    await rename(aside, path).catch(() => undefined);
  }
  await rm(aside, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
