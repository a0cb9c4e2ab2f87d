import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TestkitError } from "../testkit-error.ts";
import { openKeptLog } from "./kept-logs.ts";
import { createOutputLog } from "./output-log.ts";

/** What to start. */
export interface ProcessSettings {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  readonly cwd?: string | undefined;
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** What messages call it; the command's name if absent. */
  readonly name?: string | undefined;
  /** False: its output has no file among the kept logs. */
  readonly isLogKept?: boolean | undefined;
}

/** How a process ended. */
export interface ProcessExit {
  /** Absent when a signal ended it. */
  readonly code?: number;
  readonly signal?: NodeJS.Signals;
}

/** A child process whose output is kept and which ends with its owner. */
export interface ManagedProcess extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process has ended and its output is complete. */
  readonly exit: Promise<ProcessExit>;
  stdout(): string;
  stderr(): string;
  /** The last lines of both streams, for messages. */
  lastLines(count?: number): string;
  /**
   * The first line of either stream that matches, past lines included.
   *
   * Errors: `PROCESS_FAILED` when the process ends first or `timeoutMs` passes.
   */
  waitForLine(pattern: RegExp, options?: { readonly timeoutMs?: number }): Promise<string>;
  /** Writes to its standard input. */
  write(text: string): void;
  onStdoutLine(listener: (line: string) => void): () => void;
  /** SIGSTOP: it stands still and keeps all it holds. */
  suspend(): void;
  /** SIGCONT. */
  resume(): void;
  /** SIGKILL, or another signal; no wait. */
  signal(signal?: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL after `graceMs`; resolves when it has ended. */
  stop(options?: { readonly graceMs?: number }): Promise<ProcessExit>;
}

const living = new Set<number>();
process.once("exit", () => {
  for (const pid of living) sendSignal(pid, "SIGKILL");
});

/**
 * Starts a program. Its standard input stays open until it ends.
 *
 * Errors: `PROCESS_FAILED` when the program cannot be started; where the kernel binds it to this
 * process (Linux), it starts and ends with code 127 instead.
 */
export async function startProcess(settings: ProcessSettings): Promise<ManagedProcess> {
  const name = settings.name ?? settings.command;
  const [command, args] = boundToOwner(settings.command, settings.args ?? []);
  const child = spawn(command, args, {
    cwd: settings.cwd,
    env: definedOnly({ ...process.env, ...settings.env }),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exit = new Promise<ProcessExit>((resolve) => {
    child.once("close", (code, signal) => {
      living.delete(child.pid ?? -1);
      resolve({ ...(code !== null && { code }), ...(signal !== null && { signal }) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) => {
      reject(
        new TestkitError("PROCESS_FAILED", `cannot start ${name}: ${cause.message}`, { cause }),
      );
    });
  });
  const pid = child.pid ?? -1;
  living.add(pid);
  const stdout = createOutputLog();
  const stderr = createOutputLog();
  const keep = settings.isLogKept === false ? undefined : openKeptLog(name, pid);
  for (const [stream, log] of [
    [child.stdout, stdout],
    [child.stderr, stderr],
  ] as const) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      log.append(text);
      keep?.(text);
    });
  }
  // A program that ended has closed its input; `exit` tells of it.
  child.stdin.on("error", () => undefined);

  const lastLines = (count = 20): string =>
    [stdout.lastLines(count), stderr.lastLines(count)].filter((text) => text !== "").join("\n");
  const hasEnded = (): boolean => !living.has(pid);

  const handle: ManagedProcess = {
    name,
    pid,
    exit,
    stdout: () => stdout.text(),
    stderr: () => stderr.text(),
    lastLines,
    waitForLine(pattern, { timeoutMs = 60_000 } = {}) {
      return firstLine([stdout, stderr], pattern, {
        exit,
        timeoutMs,
        failure: (what) =>
          processFailed(`${name} ${what} before it printed ${pattern}`, lastLines()),
      });
    },
    write: (text) => void child.stdin.write(text),
    onStdoutLine: (listener) => stdout.onLine(listener),
    suspend: () => sendSignal(pid, "SIGSTOP"),
    resume: () => sendSignal(pid, "SIGCONT"),
    signal: (signal = "SIGKILL") => {
      if (!hasEnded()) sendSignal(pid, signal);
    },
    async stop({ graceMs = 10_000 } = {}) {
      if (hasEnded()) return exit;
      sendSignal(pid, "SIGTERM");
      // A suspended process would not see the signal.
      sendSignal(pid, "SIGCONT");
      const timer = setTimeout(() => sendSignal(pid, "SIGKILL"), graceMs);
      const ended = await exit;
      clearTimeout(timer);
      return ended;
    },
    async [Symbol.asyncDispose]() {
      await handle.stop();
    },
  };
  return handle;
}

/**
 * Runs a program to its end and returns what it printed to stdout.
 *
 * Errors: `PROCESS_FAILED` with the last lines when it exits with another code than 0 or takes
 * longer than `timeoutMs`.
 */
export async function runProcess(
  settings: ProcessSettings & { readonly timeoutMs?: number | undefined },
): Promise<string> {
  // How it ended, with its last lines, is told at once.
  const child = await startProcess({ ...settings, isLogKept: false });
  const timer = setTimeout(() => child.signal("SIGKILL"), settings.timeoutMs ?? 60_000);
  const { code, signal } = await child.exit;
  clearTimeout(timer);
  if (code === 0) return child.stdout();
  throw processFailed(`${child.name} ended with ${code ?? signal ?? "no code"}`, child.lastLines());
}

/**
 * Calls `probe` until it answers true.
 *
 * Errors: `PROCESS_FAILED` with the process's last lines when it ends first or `timeoutMs` passes.
 */
export async function waitUntilReady(
  child: ManagedProcess,
  probe: () => Promise<boolean>,
  { timeoutMs = 60_000, pauseMs = 50 }: { timeoutMs?: number; pauseMs?: number } = {},
): Promise<void> {
  let ended = false;
  void child.exit.then(() => (ended = true));
  const deadline = performance.now() + timeoutMs;
  while (!(await probe())) {
    if (ended) throw processFailed(`${child.name} ended before it was ready`, child.lastLines());
    if (performance.now() > deadline) {
      throw processFailed(`${child.name} was not ready after ${timeoutMs} ms`, child.lastLines());
    }
    await sleep(pauseMs);
  }
}

function firstLine(
  logs: readonly { onLine(listener: (line: string) => void): () => void }[],
  pattern: RegExp,
  limits: {
    readonly exit: Promise<ProcessExit>;
    readonly timeoutMs: number;
    readonly failure: (what: string) => TestkitError;
  },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const ends = logs.map((log) => log.onLine((line) => pattern.test(line) && resolve(line)));
  const timer = setTimeout(() => {
    reject(limits.failure(`ran ${limits.timeoutMs} ms`));
  }, limits.timeoutMs);
  void limits.exit.then(() => reject(limits.failure("ended")));
  return promise.finally(() => {
    clearTimeout(timer);
    for (const end of ends) end();
  });
}

function processFailed(message: string, lastLines: string): TestkitError {
  return new TestkitError("PROCESS_FAILED", `${message}; last lines:\n${lastLines}`);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Already gone, which is what the caller wants.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Where the system can do it, the kernel ends the child when this process is killed. */
function boundToOwner(command: string, args: readonly string[]): [string, readonly string[]] {
  const paths = (process.env["PATH"] ?? "").split(delimiter);
  const canBind =
    process.platform === "linux" && paths.some((path) => existsSync(join(path, "setpriv")));
  return canBind ? ["setpriv", ["--pdeathsig", "KILL", "--", command, ...args]] : [command, args];
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}
