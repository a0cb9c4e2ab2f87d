import type { CatalogTable } from "@salon/iceberg-writer";
import type { TableView } from "../engine/engine-event.ts";
import { isBelowWatermark } from "../protocol/dead-letter-watermark.ts";
import { readOtherSources, readPosition } from "../protocol/position.ts";
import type { PositionReading } from "../protocol/position.ts";
import type { DeadLetterTable } from "./dead-letter-table.ts";
import { findEvidence, findForeignRows } from "./position-evidence.ts";

/** Whose position is looked for. */
export interface ViewedSource {
  readonly sourceId: string;
  readonly topic: string;
  readonly deadLetters?: DeadLetterTable | undefined;
}

/**
 * What a table says of a source's position, from its metadata and, where that is not enough, from
 * its rows. The watermark is read last: it only rises, and never is behind what the record needs.
 * Where it is beyond what the table knows of, a newer table is looked at, if there is one.
 */
export async function viewTable(
  table: CatalogTable,
  source: ViewedSource,
  reload: () => Promise<CatalogTable>,
): Promise<TableView> {
  const { metadata } = table;
  const { sourceId, topic, deadLetters } = source;
  const reading = await withForeignRows(table, readPosition(metadata, sourceId), topic);
  const view: TableView = {
    reading,
    mainSnapshotId: metadata.currentSnapshotId,
    others: readOtherSources(metadata, sourceId),
    evidence: await findEvidence(table, reading, topic),
    appliedThrough: (await deadLetters?.watermark()) ?? 0,
  };
  if (!isBelowWatermark(reading, view.appliedThrough)) return view;
  const newer = await reload();
  const isNewest = newer.metadata.currentSnapshotId === view.mainSnapshotId;
  return isNewest ? view : viewTable(newer, source, reload);
}

/** Rows of the source that came from elsewhere make any position a lie. */
async function withForeignRows(
  table: CatalogTable,
  reading: PositionReading,
  topic: string,
): Promise<PositionReading> {
  const snapshotId = await findForeignRows(table, reading, topic);
  return snapshotId === undefined ? reading : { kind: "foreign-replay", snapshotId };
}
