import type { AvroCodec } from "../codec/avro/avro-codec.ts";
import { AvroFileBuilder } from "../codec/avro/avro-container.ts";
import type { AvroMap, AvroValue } from "../codec/avro/avro-value.ts";
import { structToAvro } from "../codec/avro/type-to-avro.ts";
import { IcebergError } from "../iceberg-error.ts";
import { serializeJson } from "../spec/iceberg-json.ts";
import {
  type FieldSummary,
  MANIFEST_LIST_FIELDS,
  type ManifestFile,
} from "../spec/manifest-file.ts";
import { schemaToJson } from "../spec/schema.ts";

const AVRO_SCHEMA = structToAvro("manifest_file", MANIFEST_LIST_FIELDS);
const ICEBERG_SCHEMA = serializeJson(schemaToJson({ schemaId: 0, fields: MANIFEST_LIST_FIELDS }));

/** What a manifest list in format v2 is made of. */
export interface ManifestListOptions {
  readonly snapshotId: bigint;
  /** Absent for the first snapshot of a table. */
  readonly parentSnapshotId?: bigint | undefined;
  /** That of this attempt; manifests without one take it. */
  readonly sequenceNumber: bigint;
  readonly manifests: readonly ManifestFile[];
  readonly codec?: AvroCodec | undefined;
}

/**
 * Encodes the manifest list of one attempt (spec: Manifest Lists). `METADATA_INVALID` for a
 * manifest of another snapshot that has no sequence number.
 */
export function encodeManifestList(options: ManifestListOptions): Uint8Array {
  const { snapshotId, parentSnapshotId, sequenceNumber, codec = "deflate" } = options;
  const builder = new AvroFileBuilder({
    schema: AVRO_SCHEMA,
    codec,
    metadata: {
      "snapshot-id": snapshotId.toString(),
      "parent-snapshot-id": parentSnapshotId?.toString() ?? "null",
      "sequence-number": sequenceNumber.toString(),
      "format-version": "2",
      "iceberg.schema": ICEBERG_SCHEMA,
    },
  });
  for (const manifest of options.manifests) {
    builder.append(manifestToAvro(manifest, snapshotId, sequenceNumber));
  }
  return builder.finish();
}

/** Assigns what a manifest of this commit could not know when it was written. */
function manifestToAvro(
  manifest: ManifestFile,
  snapshotId: bigint,
  sequenceNumber: bigint,
): AvroMap {
  const addedSnapshotId = manifest.addedSnapshotId ?? snapshotId;
  if (manifest.sequenceNumber === undefined && addedSnapshotId !== snapshotId) {
    throw new IcebergError(
      "METADATA_INVALID",
      `manifest ${manifest.manifestPath} of snapshot ${addedSnapshotId} has no sequence number`,
    );
  }
  return new Map<number, AvroValue>([
    [500, manifest.manifestPath],
    [501, BigInt(manifest.manifestLength)],
    [502, manifest.partitionSpecId],
    [517, manifest.content === "data" ? 0 : 1],
    [515, manifest.sequenceNumber ?? sequenceNumber],
    [516, manifest.minSequenceNumber ?? sequenceNumber],
    [503, addedSnapshotId],
    [504, manifest.addedFilesCount],
    [505, manifest.existingFilesCount],
    [506, manifest.deletedFilesCount],
    [512, BigInt(manifest.addedRowsCount)],
    [513, BigInt(manifest.existingRowsCount)],
    [514, BigInt(manifest.deletedRowsCount)],
    [507, manifest.partitions?.map(summaryToAvro) ?? null],
    [519, manifest.keyMetadata ?? null],
  ]);
}

function summaryToAvro(summary: FieldSummary): AvroMap {
  return new Map<number, AvroValue>([
    [509, summary.containsNull],
    [518, summary.containsNan ?? null],
    [510, summary.lowerBound ?? null],
    [511, summary.upperBound ?? null],
  ]);
}
