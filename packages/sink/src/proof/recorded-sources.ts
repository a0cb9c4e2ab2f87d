import type { TableMetadata } from "@salon/iceberg-writer";
import { mainLine, readPosition } from "../protocol/position.ts";
import {
  parseSourceRecord,
  SOURCE_KEY_PREFIX,
  sourceIdOfKey,
  sourceKey,
} from "../protocol/source-record.ts";
import type { SourceRecord } from "../protocol/source-record.ts";
import { SinkError } from "../sink-error.ts";
import type { Finding } from "./finding.ts";

/** A source of a table with the ledger that its rows are held to. */
export interface RecordedSource {
  readonly sourceId: string;
  /** Absent where nothing that main's line or the copy holds can be read. */
  readonly record?: SourceRecord | undefined;
  /** What is to be said of the position itself. */
  readonly findings: readonly Finding[];
}

/** The ids of all sources that a table knows of, in main's line or in its properties. */
export function sourceIdsOf(metadata: TableMetadata): readonly string[] {
  const texts = [metadata.properties, ...mainLine(metadata).passed.map(({ summary }) => summary)];
  const keys = texts.flatMap((text) => Object.keys(text));
  const own = keys.filter((key) => key.startsWith(SOURCE_KEY_PREFIX));
  return [...new Set(own)].map(sourceIdOfKey).sort();
}

/** Reads what a table records of a source; what is wrong with it is a finding, not an error. */
export function readRecordedSource(metadata: TableMetadata, sourceId: string): RecordedSource {
  try {
    return recordedSource(metadata, sourceId);
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    const finding = { code: "POSITION_INVALID", severity: "failure", sourceId } as const;
    return { sourceId, findings: [{ ...finding, message: error.message }] };
  }
}

function recordedSource(metadata: TableMetadata, sourceId: string): RecordedSource {
  const reading = readPosition(metadata, sourceId);
  const note = (
    code: Finding["code"],
    severity: Finding["severity"],
    message: string,
  ): Finding => ({
    code,
    severity,
    sourceId,
    message,
  });
  switch (reading.kind) {
    case "recorded":
      return {
        sourceId,
        record: reading.record,
        findings: reading.isCopyStale
          ? [note("COPY_STALE", "note", "the copy in the table's properties is not up to date")]
          : [],
      };
    case "expired": {
      const message = "the snapshot that recorded the position is expired; its copy is used";
      return { sourceId, record: reading.record, findings: [note("COPY_USED", "note", message)] };
    }
    case "uncertain": {
      const message = "history is cut above the recorded position; its copy is held to the rows";
      return {
        sourceId,
        record: reading.copy.record,
        findings: [note("COPY_USED", "note", message)],
      };
    }
    case "rolled-back": {
      const message = `the table was rolled back from snapshot ${reading.copy.snapshotId}`;
      return {
        sourceId,
        record: reading.record,
        findings: [note("TABLE_ROLLED_BACK", "failure", message)],
      };
    }
    case "replaced": {
      const message = "the table's history begins anew without a position";
      return { sourceId, findings: [note("TABLE_REPLACED", "failure", message)] };
    }
    case "foreign-replay": {
      const message = `snapshot ${reading.snapshotId} brought rows of this source a second time`;
      return {
        sourceId,
        record: newestRecord(metadata, sourceId),
        findings: [note("FOREIGN_REPLAY", "failure", message)],
      };
    }
    case "absent":
      return {
        sourceId,
        findings: [note("POSITION_UNKNOWN", "failure", "the table records no position")],
      };
    default:
      return reading satisfies never;
  }
}

function newestRecord(metadata: TableMetadata, sourceId: string): SourceRecord | undefined {
  const key = sourceKey(sourceId);
  const text = mainLine(metadata, ({ summary }) => summary[key] !== undefined).found?.summary[key];
  return text === undefined ? undefined : parseSourceRecord(text);
}
