export type {
  Catalog,
  CatalogTable,
  CommitOutcome,
  CreateTableRequest,
  TableCommit,
} from "./catalog/catalog.ts";
export type { CatalogComponents } from "./catalog/catalog-components.ts";
export type { AnswerHeaders } from "./catalog/rest/etag.ts";
export type { Fetch, FetchInit, FetchResponse } from "./catalog/rest/http-exchange.ts";
export type { SqlChange, SqlDatabase, SqlRow, SqlValue } from "./catalog/sql/sql-database.ts";
export { openCatalog } from "./catalog/open-catalog.ts";
export type { CatalogSettings } from "./catalog/open-catalog.ts";
export { identifierToString, parseTableIdentifier } from "./catalog/table-identifier.ts";
export type { TableIdentifier } from "./catalog/table-identifier.ts";
export type { ArrowRecordBatch, ArrowSchema, ArrowTable } from "./arrow/arrow-structure.ts";
export { batchesFromArrow } from "./arrow/batch-from-arrow.ts";
export { schemaFromArrow } from "./arrow/schema-from-arrow.ts";
export { definePartitionSpec, defineSchema } from "./define-schema.ts";
export type { ColumnDefinition } from "./define-schema.ts";
export { IcebergError } from "./iceberg-error.ts";
export type { IcebergErrorCode } from "./iceberg-error.ts";
export { createResolvingFileIo, openFileIo } from "./io/file-io-registry.ts";
export type { FileEntry, FileIo, OperationOptions, OutputFile } from "./io/file-io.ts";
export { createLocalFileIo } from "./io/local-file-io.ts";
export { joinLocation } from "./io/location.ts";
export { createMemoryFileIo } from "./io/memory-file-io.ts";
export { decodeManifestList, readManifestList } from "./scan/manifest-list-reader.ts";
export { decodeManifest, readManifest } from "./scan/manifest-reader.ts";
export { applyUpdates } from "./spec/apply-updates.ts";
export type { UpdateContext } from "./spec/apply-updates.ts";
export type { DataFile } from "./spec/data-file.ts";
export { humanValue } from "./spec/human-value.ts";
export { parseJson, serializeJson } from "./spec/iceberg-json.ts";
export type { JsonObject, JsonValue } from "./spec/iceberg-json.ts";
export type { ManifestEntry } from "./spec/manifest-entry.ts";
export type { FieldSummary, ManifestFile } from "./spec/manifest-file.ts";
export { partitionToPath } from "./spec/partition-path.ts";
export { bindPartitionSpec, partitionSpecFromJson, UNPARTITIONED } from "./spec/partition-spec.ts";
export type { BoundPartitionField, PartitionField, PartitionSpec } from "./spec/partition-spec.ts";
export {
  allFields,
  findFieldById,
  findFieldByName,
  isSameSchema,
  schemaFromJson,
  schemaToJson,
} from "./spec/schema.ts";
export type { LocatedField, Schema } from "./spec/schema.ts";
export { decodeSingleValue, encodeSingleValue } from "./spec/single-value.ts";
export { ancestorsOf, lineageOf, mainLineage } from "./spec/snapshot-lineage.ts";
export type { Lineage, LineageEnd } from "./spec/snapshot-lineage.ts";
export { MAIN_BRANCH } from "./spec/snapshot-ref.ts";
export type { SnapshotRef } from "./spec/snapshot-ref.ts";
export type { Snapshot } from "./spec/snapshot.ts";
export { UNSORTED } from "./spec/sort-order.ts";
export type { SortField, SortOrder } from "./spec/sort-order.ts";
export { parseTableMetadata, serializeTableMetadata } from "./spec/table-metadata-json.ts";
export {
  currentSchema,
  currentSnapshot,
  defaultPartitionSpec,
  partitionSpecById,
  schemaById,
  snapshotById,
} from "./spec/table-metadata.ts";
export type { MetadataLogEntry, SnapshotLogEntry, TableMetadata } from "./spec/table-metadata.ts";
export { checkRequirement, tableRequirementFromJson } from "./spec/table-requirement.ts";
export type { TableRequirement } from "./spec/table-requirement.ts";
export { tableUpdateFromJson } from "./spec/table-update.ts";
export type { TableUpdate } from "./spec/table-update.ts";
export { transformFunction } from "./spec/transform-function.ts";
export type { TransformFunction } from "./spec/transform-function.ts";
export { canTransform, transformResultType } from "./spec/transform-result.ts";
export { parseTransform, transformToString } from "./spec/transform.ts";
export type { Transform } from "./spec/transform.ts";
export { describeType, isPrimitiveType, isSameType, parsePrimitiveType } from "./spec/type.ts";
export type { NestedField, PrimitiveType, Type } from "./spec/type.ts";
export { compareValues } from "./spec/value.ts";
export type { PrimitiveValue } from "./spec/value.ts";
export type { RowChunk, TableRows } from "./table-rows.ts";
export { createTable, openOrCreateTable, openTable } from "./table.ts";
export type { AppendOptions, ExpireOptions, ScanOptions, Table, TableName } from "./table.ts";
export { appendToTable } from "./transaction/append-to-table.ts";
export type { AppendToTableOptions } from "./transaction/append-to-table.ts";
export { readDetachedManifest, writeDetachedManifest } from "./transaction/detached-manifest.ts";
export type { DetachedManifest } from "./transaction/detached-manifest.ts";
export { expireSnapshots } from "./transaction/expire-snapshots.ts";
export type {
  ExpireSnapshotsOptions,
  ExpireSnapshotsResult,
} from "./transaction/expire-snapshots.ts";
export { locateSnapshot } from "./transaction/locate-snapshot.ts";
export type { SnapshotPlace } from "./transaction/locate-snapshot.ts";
export { rewriteFiles } from "./transaction/rewrite-files.ts";
export type { RewriteFilesOptions } from "./transaction/rewrite-files.ts";
export type { RewriteRequest } from "./transaction/rewrite-request.ts";
export { settleAttempt } from "./transaction/settle-attempt.ts";
export type { AttemptState, OpenAttempt } from "./transaction/settle-attempt.ts";
export { expiredSnapshots } from "./transaction/snapshot-retention.ts";
export type { ExpiredSnapshots, RetentionOverrides } from "./transaction/snapshot-retention.ts";
export { stageAppend } from "./transaction/stage-append.ts";
export type { StageAppendOptions } from "./transaction/stage-append.ts";
export type {
  AppendRequest,
  AttemptAdditions,
  AttemptOutcome,
  DiscardOptions,
  StagedAppend,
} from "./transaction/staged-append.ts";
export { newSnapshotId } from "./transaction/transaction-components.ts";
export type { TransactionComponents } from "./transaction/transaction-components.ts";
export type { UnreachableFiles } from "./transaction/unreachable-files.ts";
export { updateProperties } from "./transaction/update-properties.ts";
export type { PropertyChanges, UpdatePropertiesOptions } from "./transaction/update-properties.ts";
export { writePositionDeletes } from "./writer/position-delete-writer.ts";
export type { DeletedRows } from "./writer/position-delete-writer.ts";
export { openTableWriter } from "./writer/table-writer.ts";
export type { TableWriter, TableWriterOptions } from "./writer/table-writer.ts";
export { planFiles } from "./scan/plan-files.ts";
export type { PlanFilesOptions, PlannedFile } from "./scan/plan-files.ts";
export { scanTable } from "./scan/table-scan.ts";
export type { ScannedRows, TableScanOptions } from "./scan/table-scan.ts";
export { batchFromRows } from "./writer/batch-from-rows.ts";
export type { PlainRow } from "./writer/batch-from-rows.ts";
