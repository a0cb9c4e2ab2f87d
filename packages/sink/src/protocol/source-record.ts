import { SinkError } from "../sink-error.ts";
import { isOffset, ledgerFromJson, ledgerToJson } from "./ledger.ts";
import type { Ledger } from "./ledger.ts";

/** Offsets `[start, end)` of one partition. */
export interface OffsetRange {
  readonly start: number;
  readonly end: number;
}

/** A manifest of dead letters that a main commit decided and that waits for its table. */
export interface PendingManifest {
  /** Sequence number of the main snapshot that decided it. */
  readonly sequence: number;
  /** Uuid of the dead-letter table that it was written for. */
  readonly table: string;
  readonly schemaId: number;
  readonly specId: number;
  readonly manifest: string;
  readonly length: number;
  readonly rows: number;
}

/** What was decided once and counts no more: whoever still has its dead letters is shut out. */
interface UndoneSnapshot {
  /**
   * The newest own snapshot of a line that is no longer main's, or of one that nobody knows any
   * more; absent where no trace of it is left.
   */
  readonly snapshotId?: bigint | undefined;
  /**
   * Sequence number of the snapshot that states the position anew. The dead-letter table's
   * watermark rises to it when it has no undone dead letters any more; nothing is read before.
   */
  readonly through: number;
}

/** The job of another system that brought the rows below the ledgers' first offsets. */
export interface AdoptedFrom {
  /** Id of its query. */
  readonly queryId: string;
  /** The last of its batches that is in the table; absent where none is. */
  readonly batchId?: number | undefined;
}

/** What an own snapshot records of its source: the position, and what leads on from it. */
export interface SourceRecord {
  readonly cluster: string;
  readonly topic: string;
  readonly topicId?: string;
  /** Partitions of the topic that have a position: 0 to `partitions - 1`. */
  readonly partitions: number;
  readonly ledger: Ledger;
  /** The ranges that this snapshot's commit covered. */
  readonly unit: ReadonlyMap<number, OffsetRange>;
  /** Ascending by sequence. */
  readonly pending: readonly PendingManifest[];
  /** Highest sequence that was dropped from `pending` as applied; 0 for none. */
  readonly applied: number;
  /** What counts no more, as long as its dead letters may be in their table, or may come there. */
  readonly undone?: UndoneSnapshot | undefined;
  /** Present where the position was taken over. */
  readonly adopted?: AdoptedFrom | undefined;
}

/** The summary key and the property that hold a source's record, its id percent-encoded. */
export function sourceKey(sourceId: string): string {
  return `${SOURCE_KEY_PREFIX}${encodeURIComponent(sourceId)}`;
}

/** The source id of a key that {@link sourceKey} made; of another key what follows the prefix. */
export function sourceIdOfKey(key: string): string {
  const encoded = key.slice(SOURCE_KEY_PREFIX.length);
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** Every source's key begins with it. */
export const SOURCE_KEY_PREFIX = "salon.source.";

/** The text that a snapshot summary holds. */
export function serializeSourceRecord(record: SourceRecord): string {
  return JSON.stringify({
    cluster: record.cluster,
    topic: record.topic,
    ...(record.topicId === undefined ? {} : { topicId: record.topicId }),
    partitions: record.partitions,
    ledger: ledgerToJson(record.ledger),
    unit: Object.fromEntries(
      [...record.unit].sort(([a], [b]) => a - b).map(([p, { start, end }]) => [p, [start, end]]),
    ),
    pending: record.pending.map((entry) => ({
      sequence: entry.sequence,
      table: entry.table,
      schema: entry.schemaId,
      spec: entry.specId,
      manifest: entry.manifest,
      length: entry.length,
      rows: entry.rows,
    })),
    applied: record.applied,
    ...(record.undone === undefined
      ? {}
      : { undone: [(record.undone.snapshotId ?? 0n).toString(), record.undone.through] }),
    ...(record.adopted === undefined
      ? {}
      : { adopted: { query: record.adopted.queryId, batch: record.adopted.batchId } }),
  });
}

/**
 * Reads {@link serializeSourceRecord}; throws `POSITION_INVALID` where the text is anything else.
 */
export function parseSourceRecord(text: string): SourceRecord {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new SinkError("POSITION_INVALID", `recorded position is no JSON: ${text.slice(0, 80)}`, {
      cause,
    });
  }
  return sourceRecordFromJson(json);
}

/** As {@link parseSourceRecord}, of what is parsed as JSON already. */
export function sourceRecordFromJson(json: unknown): SourceRecord {
  const record = asObject(json, "recorded position");
  const partitions = asOffset(record["partitions"], "partitions");
  const ledger = ledgerFromJson(record["ledger"]);
  for (let partition = 0; partition < partitions; partition++) {
    if (!ledger.has(partition))
      throw invalid(`no ledger for partition ${partition} of ${partitions}`);
  }
  if (ledger.size !== partitions)
    throw invalid(`${ledger.size} ledgers for ${partitions} partitions`);
  const unit = new Map<number, OffsetRange>();
  for (const [key, range] of Object.entries(asObject(record["unit"], "unit"))) {
    if (!Array.isArray(range)) throw invalid(`unit of partition ${key} is no range`);
    unit.set(asOffset(Number(key), "unit partition"), {
      start: asOffset(range[0], "unit start"),
      end: asOffset(range[1], "unit end"),
    });
  }
  const pending = record["pending"];
  if (!Array.isArray(pending)) throw invalid("pending is no list");
  const topicId = record["topicId"];
  return {
    cluster: asText(record["cluster"], "cluster"),
    topic: asText(record["topic"], "topic"),
    ...(topicId === undefined ? {} : { topicId: asText(topicId, "topicId") }),
    partitions,
    ledger,
    unit,
    pending: pending.map(pendingFromJson),
    applied: asOffset(record["applied"], "applied"),
    ...(record["undone"] === undefined ? {} : { undone: undoneFromJson(record["undone"]) }),
    ...(record["adopted"] === undefined ? {} : { adopted: adoptedFromJson(record["adopted"]) }),
  };
}

function undoneFromJson(json: unknown): UndoneSnapshot {
  if (!Array.isArray(json)) throw invalid("undone is no list");
  const [id, through]: readonly unknown[] = json;
  if (typeof id !== "string" || !/^\d+$/.test(id)) throw invalid("undone names no snapshot");
  const snapshotId = id === "0" ? {} : { snapshotId: BigInt(id) };
  return { ...snapshotId, through: asOffset(through, "undone sequence") };
}

function adoptedFromJson(json: unknown): AdoptedFrom {
  const { query, batch } = asObject(json, "adopted");
  const queryId = asText(query, "adopted query");
  return batch === undefined ? { queryId } : { queryId, batchId: asOffset(batch, "adopted batch") };
}

function pendingFromJson(json: unknown): PendingManifest {
  const entry = asObject(json, "pending entry");
  return {
    sequence: asOffset(entry["sequence"], "pending sequence"),
    table: asText(entry["table"], "pending table"),
    schemaId: asOffset(entry["schema"], "pending schema"),
    specId: asOffset(entry["spec"], "pending spec"),
    manifest: asText(entry["manifest"], "pending manifest"),
    length: asOffset(entry["length"], "pending length"),
    rows: asOffset(entry["rows"], "pending rows"),
  };
}

function asObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(`${name} is no object`);
  }
  return value as Record<string, unknown>;
}

function asText(value: unknown, name: string): string {
  if (typeof value !== "string") throw invalid(`${name} is no text`);
  return value;
}

function asOffset(value: unknown, name: string): number {
  if (!isOffset(value)) throw invalid(`${name} is no count: ${String(value)}`);
  return value;
}

function invalid(what: string): SinkError {
  return new SinkError("POSITION_INVALID", `recorded position cannot be read: ${what}`);
}
