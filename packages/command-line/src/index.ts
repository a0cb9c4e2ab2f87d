export { byteSizeOption, formatByteSize, parseByteSize } from "./byte-size.ts";
export {
  addCatalogOptions,
  loadCatalogProperties,
  readCatalogArguments,
} from "./catalog-options.ts";
export type { CatalogArguments, CatalogType } from "./catalog-options.ts";
export { CommandLineError } from "./command-line-error.ts";
export type { CommandLineErrorCode } from "./command-line-error.ts";
export { describeConfiguration, shownSecrets } from "./configuration.ts";
export type { ConfigurationEntry } from "./configuration.ts";
export { addExamples, createCommand, parseCommandLine } from "./command-line.ts";
export type { Command, CommandDescription, CommandExample, ParseOutcome } from "./command-line.ts";
export { approximateDuration, durationOption, formatDuration, parseDuration } from "./duration.ts";
export {
  EXIT_CODES,
  EXIT_DENIED,
  EXIT_DONE,
  EXIT_FAILED,
  EXIT_STORAGE_FULL,
  EXIT_UNREACHABLE,
  EXIT_UNSUITABLE,
  EXIT_USAGE,
} from "./exit-code.ts";
export type { ExitCodeRow } from "./exit-code.ts";
export { describeFailure } from "./failure.ts";
export type { Failure, FailureAdvice } from "./failure.ts";
export {
  addKafkaOptions,
  loadKafkaConnection,
  readKafkaArguments,
  readOptionalKafkaArguments,
} from "./kafka-options.ts";
export type { KafkaArguments, SecurityProtocol } from "./kafka-options.ts";
export type { SaslArguments, SaslMechanism } from "./sasl-options.ts";
export { addLogOptions, readLogSettings, resolveLogFormat } from "./log-options.ts";
export type { LogFormat, LogLevel, LogSettings } from "./log-options.ts";
export { createLogger } from "./logger.ts";
export type { Logger } from "./logger.ts";
export { toKafkaLogger } from "./kafka-logger.ts";
export { readNameValues } from "./name-value.ts";
export {
  choiceOption,
  decimalOption,
  environmentVariableOf,
  integerOption,
  repeatableOption,
  textOption,
} from "./option.ts";
export type { NumberRange } from "./option.ts";
export { ProgressReport } from "./progress-report.ts";
export type { StepProgress } from "./progress-report.ts";
export { retryWhileUnreachable, START_TIMEOUT_MS } from "./retry.ts";
export type { RetryComponents } from "./retry.ts";
export { readSecretFile, readTextFile } from "./text-file.ts";
export { packageVersion, runCommand } from "./run-command.ts";
export type { CommandContext, CommandProgram } from "./run-command.ts";
export { canRewriteLine, withStatusLine } from "./status-line.ts";
export type { StatusLineSettings, StatusTerminal } from "./status-line.ts";
