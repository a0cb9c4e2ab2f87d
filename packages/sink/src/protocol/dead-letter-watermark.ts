import type { TableMetadata } from "@salon/iceberg-writer";
import { mainLine } from "./position.ts";
import type { PositionReading } from "./position.ts";

/** Every watermark's summary key begins with it. */
const WATERMARK_KEY_PREFIX = "salon.applied.";

const SEQUENCE_NUMBER = /^\d{1,15}$/;

/** The summary key in the dead-letter table that says what of a source was applied. */
export function watermarkKey(mainTableUuid: string, sourceId: string): string {
  return `${WATERMARK_KEY_PREFIX}${mainTableUuid}.${encodeURIComponent(sourceId)}`;
}

/**
 * All watermarks of a dead-letter table, from the newest snapshot of main's line that has any;
 * every own snapshot carries all of them. Undefined where history is cut before one was found, and
 * the copy in the properties, which anybody may edit, has none that is a sequence number.
 */
export function readWatermarks(
  deadLetters: TableMetadata,
): ReadonlyMap<string, number> | undefined {
  const { found, missingParentId } = mainLine(deadLetters, (snapshot) =>
    Object.keys(snapshot.summary).some((key) => key.startsWith(WATERMARK_KEY_PREFIX)),
  );
  const texts = found?.summary ?? (missingParentId === undefined ? {} : deadLetters.properties);
  const watermarks = new Map<string, number>();
  for (const [key, text] of Object.entries(texts)) {
    const isWatermark = key.startsWith(WATERMARK_KEY_PREFIX) && SEQUENCE_NUMBER.test(text);
    if (isWatermark) watermarks.set(key, Number(text));
  }
  return found === undefined && missingParentId !== undefined && watermarks.size === 0
    ? undefined
    : watermarks;
}

/** Whether a dead-letter table has watermarks of this main table and of no other. */
export function hasOneMainTable(deadLetters: TableMetadata, mainTableUuid: string): boolean {
  const own = `${WATERMARK_KEY_PREFIX}${mainTableUuid}.`;
  return [...(readWatermarks(deadLetters)?.keys() ?? [])].every((key) => key.startsWith(own));
}

/** Whether a dead-letter table has dead letters of this source that another main table decided. */
export function hasSourceOfOther(
  deadLetters: TableMetadata,
  mainTableUuid: string,
  sourceId: string,
): boolean {
  const own = watermarkKey(mainTableUuid, sourceId);
  const keys = [...(readWatermarks(deadLetters)?.keys() ?? [])];
  return keys.some((key) => key !== own && sourceOf(key) === sourceOf(own));
}

/** The source id of a key as it stands there: no UUID has a dot, and a source id may. */
function sourceOf(key: string): string {
  return key.slice(key.indexOf(".", WATERMARK_KEY_PREFIX.length) + 1);
}

/**
 * Whether dead letters were applied that own snapshots decided of which a reading knows nothing:
 * they are expired, and the copy was edited since.
 */
export function isBelowWatermark(reading: PositionReading, appliedThrough: number): boolean {
  if (reading.kind === "absent") return appliedThrough > 0;
  return reading.kind === "uncertain" && appliedThrough > reading.copy.sequenceNumber;
}
