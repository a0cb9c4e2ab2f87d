export type { KafkaConnectionSettings } from "./connection-settings.ts";
export { KafkaIoError } from "./kafka-io-error.ts";
export type { KafkaIoErrorCode } from "./kafka-io-error.ts";
export type { KafkaSink, OutgoingRecord, SentBatch } from "./kafka-sink.ts";
export type {
  KafkaSource,
  KafkaSourceHandler,
  LogRange,
  TopicDescription,
} from "./kafka-source.ts";
export type { OffsetRun, RecordChunk } from "./record-chunk.ts";
export type { KafkaLogger, KafkaLogLevel } from "./kafka-logger.ts";
export { openKafkajsSource } from "./kafkajs/kafkajs-source.ts";
export type { KafkajsSourceComponents } from "./kafkajs/kafkajs-source.ts";
export type { KafkajsSourceSettings } from "./kafkajs/kafkajs-source-settings.ts";
export { openKafkajsSink } from "./kafkajs/kafkajs-sink.ts";
export type { KafkajsSinkComponents, KafkajsSinkSettings } from "./kafkajs/kafkajs-sink.ts";
