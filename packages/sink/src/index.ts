export type { RejectedSample } from "./encoding/chunk-facts.ts";
export type { EngineReport } from "./engine/engine-effect.ts";
export type { EngineState } from "./engine/engine-state.ts";
export { bronzeLayout } from "./mapping/bronze-schema.ts";
export type { TableLayout, TimestampType } from "./mapping/bronze-schema.ts";
export {
  DEAD_LETTER_LAYOUT,
  deadLetterIdentifier,
  deadLetterTableName,
} from "./mapping/dead-letter-schema.ts";
export type { Finding, FindingCode, Tolerance } from "./proof/finding.ts";
export { listDeadLetters } from "./proof/list-dead-letters.ts";
export type {
  DeadLetterGroup,
  DeadLetterList,
  DeadLetterSample,
  ListDeadLettersOptions,
} from "./proof/list-dead-letters.ts";
export { describeOffsets } from "./proof/offset-sample.ts";
export type { OffsetSample } from "./proof/offset-sample.ts";
export type { OpenTopic } from "./proof/read-topic.ts";
export { readRecordedSource, sourceIdsOf } from "./proof/recorded-sources.ts";
export type { RecordedSource } from "./proof/recorded-sources.ts";
export { recoverPosition } from "./proof/recover-position.ts";
export type {
  RecoveredPartition,
  RecoveredPosition,
  RecoverPositionOptions,
} from "./proof/recover-position.ts";
export type { ProofOperation, ProofProgress, ProofStep } from "./proof/proof-progress.ts";
export type {
  PartitionProof,
  SourceProof,
  TableProof,
  TopicPartitionProof,
} from "./proof/table-proof.ts";
export { verifyTable } from "./proof/verify-table.ts";
export type { VerifyTableOptions } from "./proof/verify-table.ts";
export { waitingManifests } from "./proof/waiting-manifests.ts";
export type { PartitionLedger } from "./protocol/ledger.ts";
export type { PendingManifest, SourceRecord } from "./protocol/source-record.ts";
export type { ObservedChunk, SinkObservation, SinkObserver } from "./shell/sink-observation.ts";
export type { PartitionProgress, SinkStatus, UnitProgress } from "./shell/sink-status.ts";
export type { UnitFacts, WrittenFile } from "./shell/unit-facts.ts";
export { runSink } from "./shell/run-sink.ts";
export type { SinkComponents, SinkSummary } from "./shell/run-sink.ts";
export type { SinkLogger } from "./shell/sink-logger.ts";
export type { SinkSettings } from "./shell/sink-settings.ts";
export { adoptPosition } from "./takeover/adopt-position.ts";
export type {
  AdoptedPartition,
  AdoptedPosition,
  AdoptPositionOptions,
} from "./takeover/adopt-position.ts";
export { SinkError } from "./sink-error.ts";
export type { SinkErrorCode } from "./sink-error.ts";
