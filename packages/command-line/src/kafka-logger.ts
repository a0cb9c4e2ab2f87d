import type { KafkaLogger } from "@salon/kafka-io";
import type { Logger } from "./logger.ts";

/** What Kafka drivers log, as lines of the command's log. */
export function toKafkaLogger(logger: Logger): KafkaLogger {
  return { log: (level, message, fields) => logger[level](fields, message) };
}
