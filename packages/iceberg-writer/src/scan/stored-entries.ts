import type { AvroBlock, AvroFile } from "../codec/avro/avro-container.ts";
import type { ManifestEntry } from "../spec/manifest-entry.ts";
import type { ManifestFile } from "../spec/manifest-file.ts";
import { entryFromAvro } from "./manifest-reader.ts";

/** Blocks that are shorter than this on average are better read, and written as longer ones. */
const BLOCK_BYTES_MIN = 2048;

/** The entries of a manifest, as far as they have to be read to be written again. */
export interface StoredEntries {
  /** Those that its snapshot added, which exist for any later one. */
  readonly added: readonly ManifestEntry[];
  /** Those that existed, which would be written as they are stored. */
  readonly existing: readonly AvroBlock[];
}

/**
 * Tells the entries of a manifest apart by its counts in the manifest list, where they are in
 * blocks of their own, the added ones first, and none is deleted; undefined where they are not.
 */
export function storedEntries(file: AvroFile, manifest: ManifestFile): StoredEntries | undefined {
  const { addedFilesCount, existingFilesCount, deletedFilesCount } = manifest;
  if (existingFilesCount === 0 || deletedFilesCount !== 0) return undefined;
  const blocks = [...file.blocks()];
  let addedBlocks = 0;
  let count = 0;
  for (const { recordCount } of blocks) {
    if (count >= addedFilesCount) break;
    count += recordCount;
    addedBlocks++;
  }
  const existing = blocks.slice(addedBlocks);
  if (count !== addedFilesCount || recordsIn(existing) !== existingFilesCount) return undefined;
  const length = existing.reduce((sum, { data }) => sum + data.length, 0);
  if (length < existing.length * BLOCK_BYTES_MIN) return undefined;
  const records = file.records(blocks.slice(0, addedBlocks));
  const added = Array.from(records, (avro) => entryFromAvro(avro, manifest));
  return added.every(({ status }) => status === "added") ? { added, existing } : undefined;
}

function recordsIn(blocks: readonly AvroBlock[]): number {
  return blocks.reduce((sum, { recordCount }) => sum + recordCount, 0);
}
