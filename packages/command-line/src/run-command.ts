import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import type { ParseOutcome } from "./command-line.ts";
import { EXIT_DONE, EXIT_USAGE } from "./exit-code.ts";
import { describeFailure, type FailureAdvice } from "./failure.ts";
import { type LogSettings, resolveLogFormat } from "./log-options.ts";
import { createLogger, type Logger } from "./logger.ts";

/** How long what is left in the event loop may keep the process after its work is done. */
const LINGER_MS = 5_000;
const SIGNAL_NUMBERS: Readonly<Record<"SIGINT" | "SIGTERM", number>> = { SIGINT: 2, SIGTERM: 15 };

/** What a running command is given. */
export interface CommandContext {
  /** Aborted by the first SIGINT or SIGTERM: finish in order and return. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** A command, from its arguments to its work. */
export interface CommandProgram<Settings extends { readonly log: LogSettings }> {
  /** As in messages: `salon-produce`. */
  readonly name: string;
  readonly parse: (argv: readonly string[]) => ParseOutcome<Settings>;
  /** Does the work; may return an exit code other than 0. */
  readonly run: (settings: Settings, context: CommandContext) => Promise<number | void>;
  /** What to say of error codes that only this command meets. */
  readonly advice?: ReadonlyMap<string, FailureAdvice> | undefined;
}

/**
 * Runs a command as the process's one job and sets its exit code. Errors become one sentence on
 * standard error, with the stack only at log level `debug`. The first SIGINT or SIGTERM aborts the
 * signal, after which a normal return or an abort error is exit code 0; the second ends the process
 * at once, with 128 + the signal's number.
 */
export async function runCommand<Settings extends { readonly log: LogSettings }>(
  program: CommandProgram<Settings>,
  argv: readonly string[] = process.argv.slice(2),
): Promise<void> {
  const outcome = program.parse(argv);
  if (outcome.kind === "information") {
    process.stdout.write(outcome.text);
    return;
  }
  if (outcome.kind === "usage-error") {
    process.stderr.write(`${program.name}: ${outcome.message} (see ${program.name} --help)\n`);
    process.exitCode = EXIT_USAGE;
    return;
  }
  const { settings } = outcome;
  const logger = await createLogger(settings.log);
  const stop = stopOnSignals(logger);
  endWithReaderOfOutput();
  // What nobody awaited, in a library or in ours, is said like any other error.
  process.on("uncaughtException", (error) => {
    process.exit(reportFailure(program, settings.log, logger, error));
  });
  try {
    process.exitCode = (await program.run(settings, { signal: stop.signal, logger })) ?? EXIT_DONE;
  } catch (error) {
    process.exitCode = isAbort(error, stop.signal)
      ? EXIT_DONE
      : reportFailure(program, settings.log, logger, error);
  } finally {
    stop[Symbol.dispose]();
    setTimeout(() => process.exit(), LINGER_MS).unref();
  }
}

/** The version of the package whose `src` or `dist` holds the module with this URL. */
export function packageVersion(moduleUrl: string): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", moduleUrl), "utf8"));
  const version = (manifest as { readonly version?: unknown }).version;
  return typeof version === "string" ? version : "unknown";
}

function stopOnSignals(logger: Logger): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const listener = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      process.exit(128 + (signal === "SIGINT" ? SIGNAL_NUMBERS.SIGINT : SIGNAL_NUMBERS.SIGTERM));
    }
    logger.info({ signal }, "finishing; the same signal again ends at once");
    controller.abort(new DOMException(`ended by ${signal}`, "AbortError"));
  };
  process.on("SIGINT", listener).on("SIGTERM", listener);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.off("SIGINT", listener).off("SIGTERM", listener);
    },
  };
}

/** `salon-produce --stdout | head` is no failure: the reader has seen enough. */
function endWithReaderOfOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT_DONE);
    throw error;
  });
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return (
    signal.aborted &&
    (error === signal.reason || (error instanceof Error && error.name === "AbortError"))
  );
}

function reportFailure<Settings extends { readonly log: LogSettings }>(
  program: CommandProgram<Settings>,
  log: LogSettings,
  logger: Logger,
  error: unknown,
): number {
  const failure = describeFailure(error, program.advice);
  if (resolveLogFormat(log, process.stderr.isTTY) === "json") {
    const err = log.level === "debug" ? { err: error } : {};
    logger.fatal({ code: failure.code, ...err }, failure.sentence);
  } else {
    process.stderr.write(`${program.name}: ${failure.sentence}\n`);
    if (log.level === "debug") process.stderr.write(`${inspect(error)}\n`);
  }
  return failure.exitCode;
}
