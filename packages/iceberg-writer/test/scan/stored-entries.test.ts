import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openAvroFile } from "../../src/codec/avro/avro-container.ts";
import { decodeManifest } from "../../src/scan/manifest-reader.ts";
import { storedEntries } from "../../src/scan/stored-entries.ts";
import type { ManifestEntry } from "../../src/spec/manifest-entry.ts";
import type { ManifestFile } from "../../src/spec/manifest-file.ts";
import { ManifestBuilder } from "../../src/writer/manifest-builder.ts";
import type { EncodedManifest } from "../../src/writer/manifest-builder.ts";
import { encodeManifest } from "../../src/writer/manifest-writer.ts";
import { byEveryType, everyType, fileOf, nulls } from "../writer/manifest-table.ts";

const options = { schema: everyType, spec: byEveryType, snapshotId: 77n };
const listed = { manifestPath: "m.avro", partitionSpecId: 2, sequenceNumber: 900n };

/** A file under a name that does not compress, of one of the partitions. */
function entryOf(number: number, status: ManifestEntry["status"]): ManifestEntry {
  const [name = ""] = fc.sample(fc.uuid(), { numRuns: 1, seed: number });
  const partition = nulls.map((_null, field) => (field === 1 ? number - 40 : null));
  return {
    status,
    snapshotId: BigInt(number),
    sequenceNumber: BigInt(number + 11),
    fileSequenceNumber: BigInt(number + 11),
    dataFile: fileOf(partition, { filePath: `s3a://w/${name}.parquet`, recordCount: number }),
  };
}

const existing = Array.from({ length: 150 }, (_, index) => entryOf(index + 1, "existing"));
const earlier = { ...options, snapshotId: 200n };
const stored = encodeManifest({ ...earlier, entries: [entryOf(200, "added"), ...existing] });
const storedFile: ManifestFile = { ...listed, ...stored.file };

/** The manifest with one more file; undefined where its entries have to be read. */
function merge(bytes: Uint8Array, manifest: ManifestFile): EncodedManifest | undefined {
  const builder = new ManifestBuilder(options);
  builder.add(entryOf(77, "added"));
  const file = openAvroFile(bytes);
  if (!builder.accepts(file, manifest)) return undefined;
  const entries = storedEntries(file, manifest);
  if (entries === undefined) return undefined;
  for (const entry of entries.added) builder.add({ ...entry, status: "existing" });
  builder.addStored(entries.existing, manifest);
  return builder.finish();
}

describe("existing entries of a manifest that are taken as they are stored", () => {
  test("make the same manifest as when they are read and added", () => {
    const merged = merge(stored.bytes, storedFile);
    if (merged === undefined) throw new Error("not taken");
    // A file that was added has the sequence number of its manifest.
    const older = { ...entryOf(200, "existing"), fileSequenceNumber: listed.sequenceNumber };
    const all = [entryOf(77, "added"), older, ...existing];
    const added = encodeManifest({ ...options, entries: all });
    const { manifestLength, ...told } = merged.file;
    expect(manifestLength).toBe(merged.bytes.length);
    expect({ ...told, manifestLength: added.file.manifestLength }).toEqual(added.file);
    const read = decodeManifest(merged.bytes, listed);
    expect(read).toEqual(decodeManifest(added.bytes, listed));
    expect(read).toHaveLength(152);
  });

  test("are the very bytes, and the added ones are read", () => {
    const file = openAvroFile(stored.bytes);
    const entries = storedEntries(file, storedFile);
    expect(entries?.added).toMatchObject([{ status: "added", snapshotId: 200n }]);
    const [, ...blocks] = openAvroFile(stored.bytes).blocks();
    expect(entries?.existing).toEqual(blocks);
  });

  test.each<[string, Partial<ManifestFile>]>([
    ["one more was added", { addedFilesCount: 2 }],
    ["none was added", { addedFilesCount: 0 }],
    ["one was deleted", { deletedFilesCount: 1 }],
    ["they are more than the list says", { existingFilesCount: 149 }],
    ["they are of another spec", { partitionSpecId: 1 }],
    ["they are deletes", { content: "deletes" }],
    ["the list does not tell the bounds of partitions", { partitions: [] }],
    [
      "the list does not tell whether there are NaNs",
      { partitions: nulls.map(() => ({ containsNull: true })) },
    ],
  ])("are read where %s", (_, changes) => {
    expect(merge(stored.bytes, { ...storedFile, ...changes })).toBeUndefined();
  });

  test("are read where the list does not tell their lowest sequence number", () => {
    const { minSequenceNumber: _, ...changed } = storedFile;
    expect(merge(stored.bytes, changed)).toBeUndefined();
  });

  test.each<[string, readonly ManifestEntry[]]>([
    ["there are none", [entryOf(200, "added")]],
    ["a deleted one is in the place of an added one", [entryOf(9, "deleted"), ...existing]],
    ["added ones come last", [...existing, entryOf(200, "added")]],
    [
      "their blocks are small, so that blocks grow",
      [entryOf(200, "added"), entryOf(1, "existing")],
    ],
  ])("are read where %s", (_, entries) => {
    const { bytes, file } = encodeManifest({ ...earlier, entries });
    const told = { ...listed, ...file, deletedFilesCount: 0 };
    expect(merge(bytes, { ...told, addedFilesCount: 1 })).toBeUndefined();
  });

  test("are read where they are compressed in another way", () => {
    const entries = [entryOf(200, "added"), ...existing];
    const { bytes, file } = encodeManifest({ ...earlier, codec: "snappy", entries });
    expect(merge(bytes, { ...listed, ...file })).toBeUndefined();
  });

  test("are read where they have another form", () => {
    const spec = { ...byEveryType, fields: byEveryType.fields.slice(1) };
    const entries = [entryOf(200, "added"), ...existing].map((entry): ManifestEntry => {
      const partition = entry.dataFile.partition.slice(1);
      return { ...entry, dataFile: { ...entry.dataFile, partition } };
    });
    const { bytes } = encodeManifest({ ...earlier, spec, entries });
    expect(merge(bytes, storedFile)).toBeUndefined();
  });
});
