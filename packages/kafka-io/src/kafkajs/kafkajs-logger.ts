import type { KafkaLogger, KafkaLogLevel } from "../port/kafka-logger.ts";

/** The logger that kafkajs's classes expect. */
export interface KafkajsLogger {
  error(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  debug(message: string, fields?: object): void;
  namespace(name: string): KafkajsLogger;
}

/**
 * Passes kafkajs's words on. What it calls errors is for debugging: failures that matter reach the
 * caller as errors. Its own debug lines, several for each request, are dropped.
 */
export function createKafkajsLogger(logger: KafkaLogger | undefined, name?: string): KafkajsLogger {
  const at =
    (level: KafkaLogLevel) =>
    (message: string, fields: object = {}): void =>
      logger?.log(level, `kafkajs: ${message}`, { ...fields, ...(name && { part: name }) });
  return {
    error: at("debug"),
    warn: at("warn"),
    info: at("debug"),
    debug: () => undefined,
    namespace: (inner) => createKafkajsLogger(logger, inner),
  };
}
