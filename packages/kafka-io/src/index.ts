export { createKafkaGroup, openKafkaSink, openKafkaSource } from "./open-kafka.ts";
export type { KafkaComponents } from "./open-kafka.ts";
export type { KafkaConnectionSettings } from "./port/connection-settings.ts";
export type { BearerTokenSettings, SaslSettings } from "./port/sasl-settings.ts";
export { KafkaIoError } from "./kafka-io-error.ts";
export type { KafkaIoErrorCode } from "./kafka-io-error.ts";
export type { DescribedMember, GroupDescription, KafkaGroup } from "./port/kafka-group.ts";
export type { KafkaSink, OutgoingRecord, SentBatch } from "./port/kafka-sink.ts";
export type {
  GroupMembership,
  KafkaSource,
  KafkaSourceHandler,
  LogRange,
  SourceProgress,
  TopicDescription,
} from "./port/kafka-source.ts";
export type { OffsetRun, RecordChunk } from "./port/record-chunk.ts";
export type { RecordHeader } from "./port/record-header.ts";
export { recordHeaders } from "./protocol/record-headers.ts";
export type { KafkaLogger, KafkaLogLevel } from "./port/kafka-logger.ts";
export type { KafkaSinkSettings } from "./sink/topic-sink.ts";
export type { KafkaSourceSettings } from "./source/source-settings.ts";
export type { KafkaGroupSettings } from "./source/topic-group.ts";
