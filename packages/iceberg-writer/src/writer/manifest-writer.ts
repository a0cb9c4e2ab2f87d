import type { AvroCodec } from "../codec/avro/avro-codec.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { FileIo, OperationOptions } from "../io/file-io.ts";
import type { ManifestEntry } from "../spec/manifest-entry.ts";
import type { ManifestFile } from "../spec/manifest-file.ts";
import { ManifestBuilder } from "./manifest-builder.ts";
import type { EncodedManifest, ManifestOptions } from "./manifest-builder.ts";

/** Property and default of the size at which a manifest is closed. */
const MANIFEST_TARGET_SIZE_PROPERTY = "commit.manifest.target-size-bytes";
const MANIFEST_TARGET_SIZE_DEFAULT = 8 * 1024 * 1024;

/**
 * The codec of manifests and manifest lists that a table asks for; `SETTINGS_INVALID` for no codec.
 */
export function manifestCodec(properties: Readonly<Record<string, string>>): AvroCodec {
  const name = properties["write.manifest.compression-codec"] ?? "gzip";
  switch (name.toLowerCase()) {
    case "gzip":
      return "deflate";
    case "snappy":
      return "snappy";
    case "zstd":
      return "zstandard";
    case "none":
    case "uncompressed":
      return "null";
    default:
      throw new IcebergError("SETTINGS_INVALID", `write.manifest.compression-codec is ${name}`);
  }
}

/**
 * The size at which a table wants its manifests closed; `SETTINGS_INVALID` for no positive integer.
 */
export function manifestTargetSizeBytes(properties: Readonly<Record<string, string>>): number {
  const text = properties[MANIFEST_TARGET_SIZE_PROPERTY];
  const size = text === undefined ? MANIFEST_TARGET_SIZE_DEFAULT : Number(text);
  if (Number.isSafeInteger(size) && size > 0) return size;
  throw new IcebergError("SETTINGS_INVALID", `${MANIFEST_TARGET_SIZE_PROPERTY} is ${text}`);
}

/**
 * Encodes entries as one manifest; `METADATA_INVALID` for an entry that does not belong into it.
 */
export function encodeManifest(
  options: ManifestOptions & { readonly entries: Iterable<ManifestEntry> },
): EncodedManifest {
  const builder = new ManifestBuilder(options);
  for (const entry of options.entries) builder.add(entry);
  return builder.finish();
}

/** Encodes entries as manifests that are closed at a size; none for no entries. */
export function* encodeManifests(
  options: ManifestOptions & {
    readonly entries: Iterable<ManifestEntry>;
    readonly targetSizeBytes: number;
  },
): Generator<EncodedManifest, void, undefined> {
  let builder: ManifestBuilder | undefined;
  for (const entry of options.entries) {
    builder ??= new ManifestBuilder(options);
    builder.add(entry);
    if (builder.length < options.targetSizeBytes) continue;
    yield builder.finish();
    builder = undefined;
  }
  if (builder !== undefined) yield builder.finish();
}

/**
 * Writes entries as manifests under locations never used before. What was written stays where it
 * is when a write fails; the caller knows the locations that it gave out. Codes:
 * `METADATA_INVALID` and those of {@link FileIo}.
 */
export async function writeManifests(
  options: ManifestOptions & {
    readonly fileIo: Pick<FileIo, "write">;
    readonly entries: Iterable<ManifestEntry>;
    readonly targetSizeBytes: number;
    /** The location of the next manifest. */
    readonly nextLocation: () => string;
  },
  operation: OperationOptions = {},
): Promise<readonly ManifestFile[]> {
  const manifests: ManifestFile[] = [];
  for (const { bytes, file } of encodeManifests(options)) {
    operation.signal?.throwIfAborted();
    const manifestPath = options.nextLocation();
    await options.fileIo.write(manifestPath, bytes, operation);
    manifests.push({ manifestPath, ...file });
  }
  return manifests;
}
