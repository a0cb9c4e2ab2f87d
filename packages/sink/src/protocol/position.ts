import { lineageOf, locateSnapshot, mainLineage } from "@salon/iceberg-writer";
import type { Snapshot, TableMetadata } from "@salon/iceberg-writer";
import { SinkError } from "../sink-error.ts";
import { isCopyOf, parsePositionCopy } from "./position-copy.ts";
import type { PositionCopy } from "./position-copy.ts";
import {
  parseSourceRecord,
  serializeSourceRecord,
  SOURCE_KEY_PREFIX,
  sourceIdOfKey,
  sourceKey,
} from "./source-record.ts";
import type { SourceRecord } from "./source-record.ts";

/** What a table's metadata tells of a source's position; one kind per row of SPEC.md, "Reading". */
export type PositionReading =
  | {
      readonly kind: "recorded";
      readonly record: SourceRecord;
      readonly snapshotId: bigint;
      /** The property tells something else: it was edited, and the next own commit mends it. */
      readonly isCopyStale: boolean;
      /** Snapshots of others lie above the newest own one. */
      readonly foreignSnapshots: readonly Snapshot[];
    }
  /** The own snapshot is expired for certain, and the copy is the position. */
  | {
      readonly kind: "expired";
      readonly record: SourceRecord;
      readonly foreignSnapshots: readonly Snapshot[];
    }
  /**
   * The copy names a snapshot that is no longer in main's line, or there is such a snapshot;
   * `record` is what main's line holds.
   */
  | { readonly kind: "rolled-back"; readonly copy: PositionCopy; readonly record: SourceRecord }
  /** Main's line begins anew without an own snapshot. */
  | { readonly kind: "replaced"; readonly copy: PositionCopy }
  /**
   * History is cut above the copy's snapshot: expiry and rollback look the same. Or main is back at
   * a snapshot of which dead letters were removed when it had been undone.
   */
  | { readonly kind: "uncertain"; readonly copy: PositionCopy }
  | { readonly kind: "foreign-replay"; readonly snapshotId: bigint }
  /** Neither snapshot nor property; rows of the topic may be there all the same. */
  | { readonly kind: "absent" };

/** Readings of metadata that are still in use: each is asked for several times. */
const readings = new WeakMap<TableMetadata, Map<string, PositionReading>>();

/**
 * Reads the position of a source from main's line, which is the truth (PROTOCOL: Reading the
 * position).
 */
export function readPosition(metadata: TableMetadata, sourceId: string): PositionReading {
  let bySource = readings.get(metadata);
  if (bySource === undefined) {
    bySource = new Map();
    readings.set(metadata, bySource);
  }
  let reading = bySource.get(sourceId);
  if (reading === undefined) {
    reading = readAnew(metadata, sourceKey(sourceId));
    bySource.set(sourceId, reading);
  }
  return reading;
}

function readAnew(metadata: TableMetadata, key: string): PositionReading {
  const property = ownCopy(metadata, key);
  const copy = newestOwnSnapshot(metadata, key, property?.sequenceNumber) ?? property;
  const line = mainLine(metadata, (snapshot) => snapshot.summary[key] !== undefined);
  const own = line.found;
  const foreignSnapshots = line.passed;
  const replay = foreignSnapshots.find((snapshot) => isReplayOf(metadata, snapshot, key));
  if (replay !== undefined) return { kind: "foreign-replay", snapshotId: replay.snapshotId };

  if (own !== undefined) {
    const record = parseSourceRecord(own.summary[key] ?? "");
    const isUndone =
      copy !== undefined &&
      copy.sequenceNumber > Number(own.sequenceNumber) &&
      locateSnapshot(metadata, copy.snapshotId) !== "in-main" &&
      // Commits of other sources carry the record on: nothing is undone with them.
      !isSameRecord(copy.record, record);
    if (isUndone) {
      return isRevived(metadata, key, own)
        ? { kind: "uncertain", copy }
        : { kind: "rolled-back", copy, record };
    }
    return {
      kind: "recorded",
      record,
      snapshotId: own.snapshotId,
      isCopyStale:
        property === undefined ||
        // As our commits leave it, the texts are the same: nothing has to be compared then.
        (!isCopyOf(metadata.properties[key] ?? "", own.summary[key] ?? "") &&
          !isSameRecord(property.record, record)),
      foreignSnapshots,
    };
  }
  if (copy === undefined) return { kind: "absent" };
  if (line.missingParentId === undefined) return { kind: "replaced", copy };
  return line.missingParentId === copy.snapshotId
    ? { kind: "expired", record: copy.record, foreignSnapshots }
    : { kind: "uncertain", copy };
}

/**
 * Whether an own snapshot had been undone, by a rollback that was accepted, with dead letters that
 * are in their table no more.
 */
function isRevived(metadata: TableMetadata, key: string, own: Snapshot): boolean {
  const dead = deadLettersOf(parseSourceRecord(own.summary[key] ?? ""));
  return metadata.snapshots.some((snapshot) => {
    const text = snapshot.summary[key];
    if (text === undefined || snapshot.sequenceNumber <= own.sequenceNumber) return false;
    const record = parseSourceRecord(text);
    if (record.undone === undefined || deadLettersOf(record) >= dead) return false;
    const { snapshots } = lineageOf(metadata, snapshot.snapshotId);
    return !snapshots.some(({ snapshotId }) => snapshotId === own.snapshotId);
  });
}

function deadLettersOf({ ledger }: SourceRecord): number {
  return [...ledger.values()].reduce((sum, { dead }) => sum + dead, 0);
}

/** The snapshots from `main` back through parents, newest first, to the first that is not there. */
export function mainLine(
  metadata: TableMetadata,
  isEnd: (snapshot: Snapshot) => boolean = () => false,
): {
  /** The snapshots before the end. */
  readonly passed: readonly Snapshot[];
  readonly found?: Snapshot;
  /** Id of a parent that is no longer in the metadata, where the walk ended at one. */
  readonly missingParentId?: bigint;
} {
  const { snapshots, end } = mainLineage(metadata);
  const endIndex = snapshots.findIndex(isEnd);
  const found = snapshots[endIndex];
  if (found !== undefined) return { passed: snapshots.slice(0, endIndex), found };
  if (end.kind === "missing") return { passed: snapshots, missingParentId: end.snapshotId };
  return { passed: snapshots };
}

/**
 * Whether a copy is of a snapshot that was undone, where history is cut: it is not in main's line
 * and, by its sequence number, not below it either.
 */
export function isUndoneCopy(metadata: TableMetadata, copy: PositionCopy): boolean {
  const { passed } = mainLine(metadata);
  const oldest = passed.at(-1);
  if (passed.some(({ snapshotId }) => snapshotId === copy.snapshotId)) return false;
  return oldest !== undefined && copy.sequenceNumber > Number(oldest.sequenceNumber);
}

/** The position that a reading settles on, if it settles on one. */
export function settledRecord(reading: PositionReading): SourceRecord | undefined {
  return reading.kind === "recorded" || reading.kind === "expired" ? reading.record : undefined;
}

/**
 * What the table records of its other sources, by summary key: own commits carry it on unchanged,
 * and bring back into the line what expiry left only in a property. What a rollback left of a
 * source is not carried: above it, in a newer snapshot, it would hide the rollback from the source.
 */
export function otherSources(metadata: TableMetadata, sourceId: string): Record<string, string> {
  const own = sourceKey(sourceId);
  const { found } = mainLine(metadata, (snapshot) => isSourceBearing(snapshot));
  const texts = sourceTexts(found?.summary);
  const others: Record<string, string> = {};
  for (const key of new Set([...texts.keys(), ...sourceTexts(metadata.properties).keys()])) {
    const text = key === own ? undefined : carriedText(metadata, key, texts.get(key));
    if (text !== undefined) others[key] = text;
  }
  return others;
}

function sourceTexts(entries: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> {
  return new Map(Object.entries(entries).filter(([key]) => key.startsWith(SOURCE_KEY_PREFIX)));
}

/** What is carried on of a source: `recorded` of the line, or what only its copy has. */
function carriedText(
  metadata: TableMetadata,
  key: string,
  recorded: string | undefined,
): string | undefined {
  try {
    const reading = readPosition(metadata, sourceIdOfKey(key));
    if (reading.kind === "rolled-back") return undefined;
    const record = settledRecord(reading);
    if (recorded === undefined && record !== undefined) return serializeSourceRecord(record);
  } catch (error) {
    // What another source recorded is not ours to judge; it is carried on as it is.
    if (!(error instanceof SinkError)) throw error;
  }
  return recorded;
}

/** The records of {@link otherSources} by source id, as far as they can be read. */
export function readOtherSources(
  metadata: TableMetadata,
  sourceId: string,
): ReadonlyMap<string, SourceRecord> {
  const sources = new Map<string, SourceRecord>();
  for (const [key, text] of Object.entries(otherSources(metadata, sourceId))) {
    try {
      sources.set(sourceIdOfKey(key), parseSourceRecord(text));
    } catch (error) {
      // What another source recorded is not ours to judge; it is carried on as it is.
      if (!(error instanceof SinkError)) throw error;
    }
  }
  return sources;
}

function isSourceBearing(snapshot: Snapshot): boolean {
  return Object.keys(snapshot.summary).some((key) => key.startsWith(SOURCE_KEY_PREFIX));
}

function ownCopy(metadata: TableMetadata, key: string): PositionCopy | undefined {
  const text = metadata.properties[key];
  const copy = text === undefined ? undefined : parsePositionCopy(text);
  return copy?.tableUuid === metadata.tableUuid ? copy : undefined;
}

function isSameRecord(left: SourceRecord, right: SourceRecord): boolean {
  return serializeSourceRecord(left) === serializeSourceRecord(right);
}

/**
 * What the newest own snapshot would have left as copy, if it is above a sequence number: whoever
 * edits properties does not hide a rollback as long as the snapshots that it undid are known.
 */
function newestOwnSnapshot(
  metadata: TableMetadata,
  key: string,
  aboveSequence = Number.NEGATIVE_INFINITY,
): PositionCopy | undefined {
  let newest: Snapshot | undefined;
  for (const snapshot of metadata.snapshots) {
    if (snapshot.summary[key] === undefined) continue;
    if (newest === undefined || snapshot.sequenceNumber > newest.sequenceNumber) newest = snapshot;
  }
  const text = newest?.summary[key];
  if (newest === undefined || text === undefined) return undefined;
  const sequenceNumber = Number(newest.sequenceNumber);
  if (sequenceNumber <= aboveSequence) return undefined;
  const { tableUuid } = metadata;
  return {
    tableUuid,
    snapshotId: newest.snapshotId,
    sequenceNumber,
    record: parseSourceRecord(text),
  };
}

/** A cherry-pick of an own snapshot brings its rows a second time. */
function isReplayOf(metadata: TableMetadata, snapshot: Snapshot, key: string): boolean {
  const source = snapshot.summary["source-snapshot-id"];
  if (source === undefined || !/^\d+$/.test(source)) return false;
  const original = metadata.snapshots.find((candidate) => candidate.snapshotId === BigInt(source));
  return original?.summary[key] !== undefined;
}
