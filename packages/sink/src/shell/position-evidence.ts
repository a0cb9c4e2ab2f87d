import { valueAt } from "@salon/columns";
import { currentSchema, decodeSingleValue, scanTable } from "@salon/iceberg-writer";
import type { CatalogTable, DataFile, NestedField, Snapshot } from "@salon/iceberg-writer";
import type { PositionReading } from "../protocol/position.ts";
import { isUndoneCopy, settledRecord } from "../protocol/position.ts";
import { rollbackOf } from "../protocol/rollback.ts";
import type { SourceRecord } from "../protocol/source-record.ts";

/** A row's coordinates. */
interface Coordinates {
  readonly partition: number;
  readonly offset: number;
}

/**
 * What the rows say where metadata does not. For `absent`: whether rows of the topic are there. For
 * `uncertain`: whether the copy's last unit is there, or as many rows as its ledger has, and
 * nothing beyond its position; after a rollback that undid rows it is not so. For what a rollback
 * left: whether there are rows at or beyond that.
 */
export async function findEvidence(
  table: CatalogTable,
  reading: PositionReading,
  topic: string,
): Promise<boolean | undefined> {
  if (reading.kind === "absent") {
    for await (const _ of coordinatesOf(table, topic)) return true;
    return false;
  }
  const rollback = rollbackOf(reading);
  if (rollback !== undefined) return hasRowsBeyond(table, rollback.left, topic);
  if (reading.kind !== "uncertain") return undefined;
  // Of dead letters and gaps that were undone no row tells.
  if (isUndoneCopy(table.metadata, reading.copy)) return false;
  const { ledger, unit } = reading.copy.record;
  let isUnitThere = false;
  const missing = new Map([...ledger].map(([partition, { rows }]) => [partition, rows]));
  for await (const { partition, offset } of coordinatesOf(table, topic)) {
    const { first, next } = ledger.get(partition) ?? { first: 0, next: 0 };
    if (offset >= next) return false;
    const range = unit.get(partition);
    if (range !== undefined && offset >= range.start && offset < range.end) isUnitThere = true;
    if (offset >= first) missing.set(partition, (missing.get(partition) ?? 0) - 1);
  }
  return isUnitThere || [...missing.values()].every((rows) => rows === 0);
}

/**
 * The snapshot of another writer, above the newest own one, that brought rows of the topic at or
 * beyond the position; undefined where there is none.
 */
export async function findForeignRows(
  table: CatalogTable,
  reading: PositionReading,
  topic: string,
): Promise<bigint | undefined> {
  const record = settledRecord(reading);
  if (record === undefined) return undefined;
  const foreign =
    reading.kind === "recorded" || reading.kind === "expired" ? reading.foreignSnapshots : [];
  const [newest] = foreign.filter(addsRows);
  if (newest === undefined) return undefined;
  return (await hasRowsBeyond(table, record, topic)) ? newest.snapshotId : undefined;
}

async function hasRowsBeyond(
  table: CatalogTable,
  record: SourceRecord,
  topic: string,
): Promise<boolean> {
  const rows = coordinatesOf(table, topic, (file) => mayLieBeyond(table, file, record));
  for await (const { partition, offset } of rows) {
    if (offset >= (record.ledger.get(partition)?.next ?? 0)) return true;
  }
  return false;
}

/** Compaction only moves rows; anything else may bring some. */
function addsRows({ summary }: Snapshot): boolean {
  return summary["operation"] !== "replace" && summary["operation"] !== "delete";
}

async function* coordinatesOf(
  table: CatalogTable,
  topic: string,
  filter: (file: DataFile) => boolean = () => true,
): AsyncGenerator<Coordinates, void, undefined> {
  const columns = ["_kafka_topic", "_kafka_partition", "_kafka_offset"];
  // A table that cannot hold the topic's rows says so by its columns, where the mapping looks.
  if (columns.some((name) => columnOf(table, name) === undefined)) return;
  for await (const { batch } of scanTable({
    table,
    columns,
    filter: (file) => mayHoldTopic(table, file, topic) && filter(file),
  })) {
    const [topics, partitions, offsets] = batch.columns;
    if (topics === undefined || partitions === undefined || offsets === undefined) return;
    for (let row = 0; row < batch.rowCount; row++) {
      if (valueAt(topics, row) !== topic) continue;
      yield {
        partition: Number(valueAt(partitions, row)),
        offset: Number(valueAt(offsets, row)),
      };
    }
  }
}

/** Whether the bounds of a file leave room for offsets at or beyond the lowest next one. */
function mayLieBeyond(table: CatalogTable, file: DataFile, record: SourceRecord): boolean {
  const upper = boundOf(table, file.upperBounds, "_kafka_offset");
  const lowest = Math.min(...[...record.ledger.values()].map(({ next }) => next));
  return upper === undefined || Number(upper) >= lowest;
}

/** Whether the bounds of a file leave room for the topic; bounds may be cut short. */
function mayHoldTopic(table: CatalogTable, file: DataFile, topic: string): boolean {
  const lower = boundOf(table, file.lowerBounds, "_kafka_topic");
  const upper = boundOf(table, file.upperBounds, "_kafka_topic");
  if (typeof lower !== "string" || typeof upper !== "string") return true;
  return lower <= topic && topic <= upper;
}

function boundOf(
  table: CatalogTable,
  bounds: ReadonlyMap<number, Uint8Array> | undefined,
  name: string,
): ReturnType<typeof decodeSingleValue> | undefined {
  const column = columnOf(table, name);
  const bytes = column && bounds?.get(column.id);
  if (column === undefined || bytes === undefined) return undefined;
  const { type } = column;
  if (type.kind === "struct" || type.kind === "list" || type.kind === "map") return undefined;
  return decodeSingleValue(type, bytes);
}

function columnOf({ metadata }: CatalogTable, name: string): NestedField | undefined {
  return currentSchema(metadata).fields.find((field) => field.name === name);
}
