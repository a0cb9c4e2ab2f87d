import {
  isCompatibleSpec,
  lastPartitionFieldId,
  type PartitionSpec,
  checkPartitionSpec,
} from "./partition-spec.ts";
import {
  addSnapshot,
  removeSnapshotRef,
  removeSnapshots,
  setSnapshotRef,
} from "./apply-snapshot-updates.ts";
import { checkSchema, highestFieldId, isSameSchema, type Schema } from "./schema.ts";
import { isSameSortOrder, type SortOrder, UNSORTED } from "./sort-order.ts";
import {
  currentSchema,
  type MetadataLogEntry,
  partitionSpecById,
  schemaById,
  type SnapshotLogEntry,
  type TableMetadata,
} from "./table-metadata.ts";
import { LAST_ADDED_ID, type TableUpdate } from "./table-update.ts";
import { rejectUpdate, type UpdateProgress, withoutKeys } from "./update-progress.ts";

/** What a change of metadata takes from outside. */
export interface UpdateContext {
  readonly nowMs: number;
  /** Where the base is stored; it becomes the newest entry of the metadata log. */
  readonly previousMetadataFile?: string | undefined;
}

const PREVIOUS_VERSIONS_MAX = "write.metadata.previous-versions-max";
const PREVIOUS_VERSIONS_MAX_DEFAULT = 100;

/**
 * The metadata after all updates of one commit, in their order; the base itself where they change
 * nothing. `METADATA_INVALID` where an update does not fit the metadata before it.
 */
export function applyUpdates(
  base: TableMetadata,
  updates: readonly TableUpdate[],
  context: UpdateContext,
): TableMetadata {
  // Readers order the logs by time, so a clock that was set back must not show in them.
  const nowMs = Math.max(context.nowMs, base.lastUpdatedMs);
  const start: UpdateProgress = { metadata: base, nowMs, addedSnapshotIds: new Set() };
  const end = updates.reduce(applyUpdate, start);
  if (end.metadata === base) return base;
  const hasNewSnapshot = end.metadata.lastUpdatedMs !== base.lastUpdatedMs;
  return {
    ...end.metadata,
    lastUpdatedMs: hasNewSnapshot ? end.metadata.lastUpdatedMs : nowMs,
    snapshotLog: withoutIntermediate(end),
    metadataLog: withPreviousFile(base, end.metadata.properties, context.previousMetadataFile),
  };
}

function applyUpdate(progress: UpdateProgress, update: TableUpdate): UpdateProgress {
  const { metadata } = progress;
  const change = (changes: Partial<TableMetadata>): UpdateProgress => ({
    ...progress,
    metadata: { ...metadata, ...changes },
  });
  switch (update.action) {
    case "assign-uuid":
      return assignUuid(progress, update.uuid);
    case "upgrade-format-version":
      return metadata.formatVersion === 2 ? progress : change({ formatVersion: 2 });
    case "add-schema":
      return addSchema(progress, update.schema);
    case "set-current-schema":
      return setCurrentSchema(progress, update.schemaId);
    case "add-spec":
      return addSpec(progress, update.spec);
    case "set-default-spec":
      return setDefaultSpec(progress, update.specId);
    case "add-sort-order":
      return addSortOrder(progress, update.sortOrder);
    case "set-default-sort-order":
      return setDefaultSortOrder(progress, update.sortOrderId);
    case "add-snapshot":
      return addSnapshot(progress, update.snapshot);
    case "set-snapshot-ref":
      return setSnapshotRef(progress, update.refName, update.ref);
    case "remove-snapshots":
      return removeSnapshots(progress, new Set(update.snapshotIds));
    case "remove-snapshot-ref":
      return removeSnapshotRef(progress, update.refName);
    case "set-location":
      return metadata.location === update.location
        ? progress
        : change({ location: update.location });
    case "set-properties":
      return Object.keys(update.updates).length === 0
        ? progress
        : change({ properties: { ...metadata.properties, ...update.updates } });
    case "remove-properties":
      return update.removals.length === 0
        ? progress
        : change({ properties: withoutKeys(metadata.properties, update.removals) });
    default:
      return update satisfies never;
  }
}

function assignUuid(progress: UpdateProgress, uuid: string): UpdateProgress {
  const { metadata } = progress;
  if (metadata.tableUuid === uuid) return progress;
  if (metadata.tableUuid !== "") {
    throw rejectUpdate(
      `the table has the uuid ${metadata.tableUuid} already, it cannot become ${uuid}`,
    );
  }
  return { ...progress, metadata: { ...metadata, tableUuid: uuid } };
}

/** An id of -1 is that of the last one added by this commit. */
function resolveId(id: number, lastAdded: number | undefined, what: string): number {
  if (id !== LAST_ADDED_ID) return id;
  if (lastAdded !== undefined) return lastAdded;
  throw rejectUpdate(`no ${what} was added that could be the last one`);
}

function addSchema(progress: UpdateProgress, schema: Schema): UpdateProgress {
  const { metadata } = progress;
  const same = metadata.schemas.find((candidate) => isSameSchema(candidate, schema));
  if (same !== undefined) return { ...progress, lastAddedSchemaId: same.schemaId };
  const schemaId = 1 + Math.max(...metadata.schemas.map((candidate) => candidate.schemaId));
  const lastColumnId = Math.max(metadata.lastColumnId, highestFieldId(checkSchema(schema)));
  const schemas = [...metadata.schemas, { ...schema, schemaId }];
  return {
    ...progress,
    metadata: { ...metadata, schemas, lastColumnId },
    lastAddedSchemaId: schemaId,
  };
}

function setCurrentSchema(progress: UpdateProgress, schemaId: number): UpdateProgress {
  const { metadata } = progress;
  const id = resolveId(schemaId, progress.lastAddedSchemaId, "schema");
  if (id === metadata.currentSchemaId) return progress;
  schemaById(metadata, id);
  return { ...progress, metadata: { ...metadata, currentSchemaId: id } };
}

function addSpec(progress: UpdateProgress, spec: PartitionSpec): UpdateProgress {
  const { metadata } = progress;
  const same = metadata.partitionSpecs.find((candidate) => isCompatibleSpec(candidate, spec));
  if (same !== undefined) return { ...progress, lastAddedSpecId: same.specId };
  const specId = 1 + Math.max(...metadata.partitionSpecs.map((candidate) => candidate.specId));
  const added = checkPartitionSpec({ ...spec, specId }, currentSchema(metadata));
  return {
    ...progress,
    metadata: {
      ...metadata,
      partitionSpecs: [...metadata.partitionSpecs, added],
      lastPartitionId: Math.max(metadata.lastPartitionId, lastPartitionFieldId(added)),
    },
    lastAddedSpecId: specId,
  };
}

function setDefaultSpec(progress: UpdateProgress, specId: number): UpdateProgress {
  const { metadata } = progress;
  const id = resolveId(specId, progress.lastAddedSpecId, "partition spec");
  if (id === metadata.defaultSpecId) return progress;
  partitionSpecById(metadata, id);
  return { ...progress, metadata: { ...metadata, defaultSpecId: id } };
}

function addSortOrder(progress: UpdateProgress, order: SortOrder): UpdateProgress {
  const { metadata } = progress;
  const same = metadata.sortOrders.find((candidate) => isSameSortOrder(candidate, order));
  if (same !== undefined) return { ...progress, lastAddedSortOrderId: same.orderId };
  const highest = Math.max(0, ...metadata.sortOrders.map((candidate) => candidate.orderId));
  // Order 0 is reserved for unsorted (spec: Sorting).
  const orderId = order.fields.length === 0 ? UNSORTED.orderId : highest + 1;
  const sortOrders = [...metadata.sortOrders, { ...order, orderId }];
  return { ...progress, metadata: { ...metadata, sortOrders }, lastAddedSortOrderId: orderId };
}

function setDefaultSortOrder(progress: UpdateProgress, sortOrderId: number): UpdateProgress {
  const { metadata } = progress;
  const id = resolveId(sortOrderId, progress.lastAddedSortOrderId, "sort order");
  if (id === metadata.defaultSortOrderId) return progress;
  if (!metadata.sortOrders.some(({ orderId }) => orderId === id)) {
    throw rejectUpdate(`sort order ${id} is not in the table's metadata`);
  }
  return { ...progress, metadata: { ...metadata, defaultSortOrderId: id } };
}

/** Snapshots that this commit added and moved `main` past were never current to anybody. */
function withoutIntermediate({
  metadata,
  addedSnapshotIds,
}: UpdateProgress): readonly SnapshotLogEntry[] {
  const { currentSnapshotId, snapshotLog } = metadata;
  return snapshotLog.filter(
    ({ snapshotId }) => snapshotId === currentSnapshotId || !addedSnapshotIds.has(snapshotId),
  );
}

function withPreviousFile(
  base: TableMetadata,
  properties: Readonly<Record<string, string>>,
  metadataFile: string | undefined,
): readonly MetadataLogEntry[] {
  if (metadataFile === undefined) return base.metadataLog;
  const limit = Number(properties[PREVIOUS_VERSIONS_MAX] ?? PREVIOUS_VERSIONS_MAX_DEFAULT);
  if (!Number.isInteger(limit)) {
    throw rejectUpdate(`property ${PREVIOUS_VERSIONS_MAX} is ${properties[PREVIOUS_VERSIONS_MAX]}`);
  }
  const entry = { timestampMs: base.lastUpdatedMs, metadataFile };
  return [...base.metadataLog, entry].slice(-Math.max(1, limit));
}
