/** What is logged, by weight. */
export type KafkaLogLevel = "error" | "warn" | "info" | "debug";

/** Takes what drivers have to say beyond what they return, throw or report to their handler. */
export interface KafkaLogger {
  log(level: KafkaLogLevel, message: string, fields: Readonly<Record<string, unknown>>): void;
}
