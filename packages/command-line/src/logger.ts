import type { Logger, LoggerOptions } from "pino";
import { type LogSettings, resolveLogFormat } from "./log-options.ts";

export type { Logger } from "pino";

const STANDARD_ERROR = 2;

/**
 * A logger on standard error, which writes at once, so that nothing is lost when the process ends.
 * Errors are logged by `err`, with their stacks only at level `debug`. pino is loaded here, so that
 * `--help` need not wait for it.
 */
export async function createLogger(settings: LogSettings): Promise<Logger> {
  const isTerminal = process.stderr.isTTY;
  const { pino } = await import("pino");
  const options: LoggerOptions = {
    level: settings.level,
    base: null,
    serializers: { err: settings.level === "debug" ? pino.stdSerializers.err : errorWithoutStack },
  };
  if (resolveLogFormat(settings, isTerminal) === "json") {
    return pino(
      {
        ...options,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      pino.destination({ dest: STANDARD_ERROR, sync: true }),
    );
  }
  const { default: pretty } = await import("pino-pretty");
  return pino(
    options,
    pretty({
      destination: STANDARD_ERROR,
      sync: true,
      // Which `NO_COLOR` forbids.
      colorize: isTerminal && process.stderr.hasColors(),
      translateTime: "SYS:HH:MM:ss",
      singleLine: true,
    }),
  );
}

/** What a log line says of an error where nobody debugs. */
function errorWithoutStack(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = "code" in error ? { code: error.code } : {};
  return { type: error.name, message: error.message, ...code };
}
