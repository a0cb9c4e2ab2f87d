import { randomUUID } from "node:crypto";
import type { CatalogTable } from "../catalog/catalog.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { OperationOptions } from "../io/file-io.ts";
import { readManifest } from "../scan/manifest-reader.ts";
import type { DataFile } from "../spec/data-file.ts";
import type { ManifestFile } from "../spec/manifest-file.ts";
import { currentSchema, partitionSpecById } from "../spec/table-metadata.ts";
import { encodeManifest, manifestCodec } from "../writer/manifest-writer.ts";
import { ManifestStore } from "./manifest-store.ts";

/** Where a manifest is that is in no snapshot. */
export type DetachedManifest = Pick<
  ManifestFile,
  "manifestPath" | "manifestLength" | "partitionSpecId"
>;

/**
 * Writes one manifest of added files of one partition spec that belongs to no snapshot yet. Its
 * entries inherit snapshot id and sequence number from whichever snapshot appends it
 * ({@link AppendRequest.manifests}; spec: Sequence Number Inheritance).
 *
 * Errors: those of storage; `METADATA_INVALID` for files of several specs.
 */
export async function writeDetachedManifest(
  table: Pick<CatalogTable, "fileIo" | "metadata">,
  dataFiles: readonly DataFile[],
  options: OperationOptions = {},
): Promise<ManifestFile> {
  const { fileIo, metadata } = table;
  const { bytes, file } = encodeManifest({
    schema: currentSchema(metadata),
    spec: partitionSpecById(metadata, dataFiles[0]?.specId ?? metadata.defaultSpecId),
    entries: dataFiles.map((dataFile) => ({ status: "added" as const, dataFile })),
    codec: manifestCodec(metadata.properties),
  });
  const manifestPath = new ManifestStore(table, randomUUID).newLocation("detached");
  await fileIo.write(manifestPath, bytes, options);
  return { manifestPath, ...file };
}

/**
 * Reads a manifest that {@link writeDetachedManifest} wrote, with the counts that a manifest list
 * needs of it.
 *
 * Errors: `FILE_NOT_FOUND`; `METADATA_INVALID` where it is no such manifest, or not of that length.
 */
export async function readDetachedManifest(
  table: Pick<CatalogTable, "fileIo" | "metadata">,
  manifest: DetachedManifest,
  options: OperationOptions = {},
): Promise<ManifestFile> {
  const { fileIo, metadata } = table;
  const { manifestPath, manifestLength, partitionSpecId } = manifest;
  const entries = await readManifest(fileIo, manifest, options);
  if (entries.some(({ status, snapshotId }) => status !== "added" || snapshotId !== undefined)) {
    throw new IcebergError("METADATA_INVALID", `${manifestPath} is a manifest of a snapshot`);
  }
  const { file } = encodeManifest({
    schema: currentSchema(metadata),
    spec: partitionSpecById(metadata, partitionSpecId),
    entries,
  });
  return { ...file, manifestPath, manifestLength };
}
