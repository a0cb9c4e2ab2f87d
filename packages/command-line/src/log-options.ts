import type { Command } from "commander";
import { choiceOption } from "./option.ts";

/** From the most talkative to the most silent. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Lines for people, or one JSON object a line. */
export type LogFormat = "pretty" | "json";

/** What is logged, and how. */
export interface LogSettings {
  readonly level: LogLevel;
  /** Absent: `pretty` where standard error is a terminal, `json` elsewhere. */
  readonly format?: LogFormat | undefined;
}

interface LogOptionValues {
  readonly logLevel: LogLevel;
  readonly logFormat?: LogFormat;
}

/** Adds `--log-level` and `--log-format`. */
export function addLogOptions(command: Command): Command {
  return command
    .addOption(
      choiceOption(
        "--log-level <level>",
        "what to log; debug also shows the stack of an error",
        ["debug", "info", "warn", "error"],
        "info",
      ).helpGroup("Logging:"),
    )
    .addOption(
      choiceOption(
        "--log-format <format>",
        "form of the log on standard error (default: pretty on a terminal, json elsewhere)",
        ["pretty", "json"],
      ).helpGroup("Logging:"),
    );
}

/** The settings that the options of {@link addLogOptions} make, also those of a parent command. */
export function readLogSettings(command: Command): LogSettings {
  const { logLevel, logFormat } = command.optsWithGlobals<LogOptionValues>();
  return logFormat === undefined ? { level: logLevel } : { level: logLevel, format: logFormat };
}

/** The format that the settings ask for, or the one that suits where the log goes. */
export function resolveLogFormat(settings: LogSettings, isTerminal: boolean): LogFormat {
  return settings.format ?? (isTerminal ? "pretty" : "json");
}
