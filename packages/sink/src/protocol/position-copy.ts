import { serializeSourceRecord, sourceRecordFromJson } from "./source-record.ts";
import type { SourceRecord } from "./source-record.ts";

/**
 * The copy of a record in a table property: it outlives the expiry of the snapshot that it names.
 * Never the truth while an own snapshot is in main's line.
 */
export interface PositionCopy {
  readonly tableUuid: string;
  readonly snapshotId: bigint;
  readonly sequenceNumber: number;
  readonly record: SourceRecord;
}

/** The text of the property. */
export function serializePositionCopy(copy: PositionCopy): string {
  const named = JSON.stringify({
    table: copy.tableUuid,
    snapshot: copy.snapshotId.toString(),
    sequence: copy.sequenceNumber,
  });
  return `${named.slice(0, -1)},"record":${serializeSourceRecord(copy.record)}}`;
}

/** Whether the text of a property ends with this text of a record, as the copy of it does. */
export function isCopyOf(text: string, recordText: string): boolean {
  return text.endsWith(`,"record":${recordText}}`);
}

/**
 * Reads {@link serializePositionCopy}; undefined for a text that is anything else (edited by
 * others).
 */
export function parsePositionCopy(text: string): PositionCopy | undefined {
  try {
    const json = JSON.parse(text) as Record<string, unknown>;
    const { table, snapshot, sequence, record } = json;
    if (typeof table !== "string" || typeof snapshot !== "string") return undefined;
    if (!/^\d+$/.test(snapshot) || !Number.isSafeInteger(sequence)) return undefined;
    return {
      tableUuid: table,
      snapshotId: BigInt(snapshot),
      sequenceNumber: sequence as number,
      record: sourceRecordFromJson(record),
    };
  } catch {
    // Whatever is wrong with it, the copy is as good as missing.
    return undefined;
  }
}
