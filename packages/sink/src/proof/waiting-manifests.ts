import { readWatermarks, watermarkKey } from "../protocol/dead-letter-watermark.ts";
import type { PendingManifest } from "../protocol/source-record.ts";
import type { ProofTables } from "./proof-tables.ts";
import type { RecordedSource } from "./recorded-sources.ts";

/**
 * The manifests of a source's outbox that the dead-letter table does not have yet. An applied one
 * stays recorded until the next commit of the main table drops it (PROTOCOL: Dead letters).
 */
export function waitingManifests(
  { main, deadLetters }: ProofTables,
  { sourceId, record }: Pick<RecordedSource, "sourceId" | "record">,
): readonly PendingManifest[] {
  const watermarks = deadLetters && readWatermarks(deadLetters.metadata);
  const watermark = watermarks?.get(watermarkKey(main.metadata.tableUuid, sourceId)) ?? 0;
  return (record?.pending ?? []).filter(({ sequence }) => sequence > watermark);
}
