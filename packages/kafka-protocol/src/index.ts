export { produce } from "./00-produce.ts";
export { fetch } from "./01-fetch.ts";
export { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP, listOffsets } from "./02-list-offsets.ts";
export { metadata, ZERO_UUID } from "./03-metadata.ts";
export { offsetCommit } from "./08-offset-commit.ts";
export { offsetFetch } from "./09-offset-fetch.ts";
export { findCoordinator } from "./10-find-coordinator.ts";
export { joinGroup } from "./11-join-group.ts";
export { heartbeat } from "./12-heartbeat.ts";
export { leaveGroup } from "./13-leave-group.ts";
export { syncGroup } from "./14-sync-group.ts";
export { describeGroups } from "./15-describe-groups.ts";
export { listGroups } from "./16-list-groups.ts";
export { saslHandshake } from "./17-sasl-handshake.ts";
export { apiVersions } from "./18-api-versions.ts";
export { createTopics } from "./19-create-topics.ts";
export { deleteTopics } from "./20-delete-topics.ts";
export { deleteRecords } from "./21-delete-records.ts";
export { initProducerId } from "./22-init-producer-id.ts";
export { describeConfigs } from "./32-describe-configs.ts";
export { saslAuthenticate } from "./36-sasl-authenticate.ts";
export { createPartitions } from "./37-create-partitions.ts";
export { consumerGroupHeartbeat } from "./68-consumer-group-heartbeat.ts";
export { consumerGroupDescribe } from "./69-consumer-group-describe.ts";
export { Api } from "./api.ts";
export type { ApiDescription, RequestOf, ResponseOf } from "./api.ts";
export { ByteReader } from "./byte-reader.ts";
export { ByteWriter } from "./byte-writer.ts";
export { array, nullable, nullableArray, struct, tagged } from "./composite-field.ts";
export type { StructOf, TaggedField } from "./composite-field.ts";
export { crc32c } from "./crc32c.ts";
export { ERROR_CODES, errorName } from "./error-code.ts";
export type { ErrorName } from "./error-code.ts";
export { since, within } from "./field.ts";
export type { Field, MessageVersion, ValueOf } from "./field.ts";
export { FrameSplitter } from "./frame-splitter.ts";
export {
  bool,
  bytes,
  int16,
  int32,
  int64,
  int8,
  nullableBytes,
  nullableString,
  string,
  uuid,
} from "./primitive-field.ts";
export {
  correlationIdOf,
  decodeRequestFrame,
  decodeResponseFrame,
  encodeRequestFrame,
  encodeResponseFrame,
} from "./request-header.ts";
export type { RequestFrame, RequestHeader, ResponseFrame } from "./request-header.ts";
