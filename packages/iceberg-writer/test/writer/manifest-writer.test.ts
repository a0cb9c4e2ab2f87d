import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openAvroFile } from "../../src/codec/avro/avro-container.ts";
import { avroSchemaToJson } from "../../src/codec/avro/avro-schema.ts";
import { decodeManifest } from "../../src/scan/manifest-reader.ts";
import { parseJson } from "../../src/spec/iceberg-json.ts";
import type { ManifestEntry } from "../../src/spec/manifest-entry.ts";
import type { PartitionSpec } from "../../src/spec/partition-spec.ts";
import type { Schema } from "../../src/spec/schema.ts";
import {
  encodeManifest,
  encodeManifests,
  manifestCodec,
  manifestTargetSizeBytes,
  writeManifests,
} from "../../src/writer/manifest-writer.ts";
import { added, byEveryType, everyType, fileOf, nulls } from "./manifest-table.ts";

const options = { schema: everyType, spec: byEveryType, snapshotId: 77n };
const list = { manifestPath: "m.avro", partitionSpecId: 2, addedSnapshotId: 77n };

function of(entry: ManifestEntry): () => unknown {
  return () => encodeManifest({ ...options, entries: [entry] });
}

describe("a manifest", () => {
  const { bytes, file } = encodeManifest({ ...options, entries: [added(fileOf(nulls))] });

  test("tells the table's schema and spec, and its format (spec: Manifests)", () => {
    const { metadata } = openAvroFile(bytes);
    expect(Object.fromEntries(metadata)).toMatchObject({
      "format-version": "2",
      "schema-id": "4",
      "partition-spec-id": "2",
      content: "data",
      "avro.codec": "deflate",
    });
    expect(parseJson(metadata.get("schema") ?? "", "schema")).toMatchObject({ "schema-id": 4 });
    expect(parseJson(metadata.get("partition-spec") ?? "", "spec")).toMatchObject([
      { "source-id": 1, "field-id": 1000, name: "a boolean", transform: "identity" },
      ...byEveryType.fields.slice(1).map(({ fieldId }) => ({ "field-id": fieldId })),
    ]);
    expect(parseJson(metadata.get("iceberg.schema") ?? "", "own schema")).toMatchObject({
      fields: [
        { id: 0, name: "status" },
        { id: 1, name: "snapshot_id" },
        { id: 3, name: "sequence_number" },
        { id: 4, name: "file_sequence_number" },
        { id: 2, name: "data_file" },
      ],
    });
  });

  test("has the field ids of the spec at every depth", () => {
    const json = JSON.stringify(avroSchemaToJson(openAvroFile(bytes).schema));
    const ids = Array.from(json.matchAll(/"(?:field|element)-id":(\d+)/g), ([, id]) => Number(id));
    const maps = [117, 118, 119, 120, 121, 122, 138, 139, 126, 127, 129, 130];
    const fields = [134, 100, 101, 102, 103, 104, 108, 109, 110, 137, 125, 128, 131, 132, 135];
    const expected = [0, 1, 3, 4, 2, ...fields, 140, 143, 133, 136, ...maps];
    const partition = byEveryType.fields.map(({ fieldId }) => fieldId);
    expect(new Set(ids)).toEqual(new Set([...expected, ...partition]));
    for (const deprecated of [105, 106, 107, 111]) expect(ids).not.toContain(deprecated);
    expect(json).toContain('"name":"k117_v118"');
    expect(json).toContain('"name":"r102"');
    expect(json).toContain('"name":"a_x20boolean"');
    expect(json).toContain('"iceberg-field-name":"a boolean"');
  });

  test("is counted for its entry of the list", () => {
    expect(file).toMatchObject({
      manifestLength: bytes.length,
      partitionSpecId: 2,
      content: "data",
      addedSnapshotId: 77n,
      addedFilesCount: 1,
      existingFilesCount: 0,
      deletedFilesCount: 0,
      addedRowsCount: 10,
      existingRowsCount: 0,
      deletedRowsCount: 0,
    });
    expect(file.sequenceNumber).toBeUndefined();
    expect(file.minSequenceNumber).toBeUndefined();
  });
});

test("partition values of every type survive", () => {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const tuple = fc.tuple(
    fc.option(fc.boolean()),
    fc.option(int32),
    fc.option(int64),
    fc.option(fc.float()),
    fc.option(fc.double()),
    fc.option(fc.bigInt({ min: -999_999_999n, max: 999_999_999n })),
    fc.option(int32),
    fc.option(int64),
    fc.option(int64),
    fc.option(int64),
    fc.option(fc.string()),
    fc.option(fc.uint8Array({ minLength: 16, maxLength: 16 })),
    fc.option(fc.uint8Array({ minLength: 3, maxLength: 3 })),
    fc.option(fc.uint8Array()),
  );
  fc.assert(
    fc.property(fc.array(tuple, { minLength: 1, maxLength: 5 }), (tuples) => {
      const entries = tuples.map((partition) => added(fileOf(partition)));
      const { bytes } = encodeManifest({ ...options, entries });
      const files = decodeManifest(bytes, list).map(({ dataFile }) => dataFile);
      expect(files).toEqual(entries.map(({ dataFile }) => dataFile));
    }),
    { numRuns: 50 },
  );
});

describe("entries", () => {
  const original = { snapshotId: 5n, sequenceNumber: 3n, fileSequenceNumber: 4n };

  test("of new files inherit, of others keep what they were given", () => {
    const entries: ManifestEntry[] = [
      added(fileOf(nulls)),
      { ...added(fileOf(nulls)), sequenceNumber: 2n },
      { status: "existing", ...original, dataFile: fileOf(nulls) },
      { status: "deleted", ...original, snapshotId: 77n, dataFile: fileOf(nulls) },
    ];
    const { bytes, file } = encodeManifest({ ...options, entries });
    const written = [...openAvroFile(bytes).records()].map((record) =>
      [0, 1, 3, 4].map((id) => record.get(id)),
    );
    expect(written).toEqual([
      [1, 77n, null, null],
      [1, 77n, 2n, null],
      [0, 5n, 3n, 4n],
      [2, 77n, 3n, 4n],
    ]);
    expect(file).toMatchObject({
      minSequenceNumber: 2n,
      addedFilesCount: 2,
      existingFilesCount: 1,
      deletedFilesCount: 1,
      addedRowsCount: 20,
      existingRowsCount: 10,
      deletedRowsCount: 10,
    });
  });

  test("that are not new need their original numbers", () => {
    const entries: ManifestEntry[] = [{ status: "existing", dataFile: fileOf(nulls) }];
    expect(() => encodeManifest({ ...options, entries })).toThrow(
      "lacks its snapshot id or sequence number",
    );
  });

  test("leave their snapshot to the commit where it is not known yet", () => {
    const early = { schema: everyType, spec: byEveryType };
    const { bytes, file } = encodeManifest({ ...early, entries: [added(fileOf(nulls))] });
    expect(file.addedSnapshotId).toBeUndefined();
    expect([...openAvroFile(bytes).records()][0]?.get(1)).toBeNull();
    const existing: ManifestEntry = { status: "existing", ...original, dataFile: fileOf(nulls) };
    expect(() => encodeManifest({ ...early, entries: [existing] })).toThrow("is existing");
  });

  test("belong to one spec and one content", () => {
    expect(of(added(fileOf(nulls, { specId: 1 })))).toThrow("is of partition spec 1");
    expect(of(added(fileOf([])))).toThrow("the manifest of 2");
    expect(of(added(fileOf(nulls, { content: "position-deletes" })))).toThrow(
      "holds position-deletes, the manifest data",
    );
  });
});

describe("partition summaries", () => {
  const schema: Schema = {
    schemaId: 0,
    fields: [
      { id: 1, name: "id", required: false, type: { kind: "long" } },
      { id: 2, name: "score", required: false, type: { kind: "double" } },
    ],
  };
  const spec: PartitionSpec = {
    specId: 2,
    fields: [
      { sourceId: 1, fieldId: 1000, name: "b", transform: { kind: "bucket", numBuckets: 9 } },
      { sourceId: 2, fieldId: 1001, name: "score", transform: { kind: "identity" } },
      { sourceId: 1, fieldId: 1002, name: "id", transform: { kind: "identity" } },
    ],
  };
  const summariesOf = (...tuples: (readonly (number | bigint | null)[])[]) =>
    encodeManifest({ schema, spec, entries: tuples.map((tuple) => added(fileOf(tuple))) }).file
      .partitions;

  test("are bounds in the result types, one for each field in the spec's order", () => {
    expect(summariesOf([3, -0, 5n], [1, 0, 7n])).toEqual([
      {
        containsNull: false,
        containsNan: false,
        lowerBound: Uint8Array.of(1, 0, 0, 0),
        upperBound: Uint8Array.of(3, 0, 0, 0),
      },
      {
        containsNull: false,
        containsNan: false,
        lowerBound: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x80),
        upperBound: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0),
      },
      {
        containsNull: false,
        containsNan: false,
        lowerBound: Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0),
        upperBound: Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0),
      },
    ]);
  });

  test("have no bounds where all values are null or NaN", () => {
    const [first, second] = summariesOf([null, Number.NaN, 1n], [null, null, 1n]) ?? [];
    expect(first).toEqual({ containsNull: true, containsNan: false });
    expect(second).toEqual({ containsNull: true, containsNan: true });
  });

  test("take an int of before its column became a long", () => {
    expect(summariesOf([1, 1, 5])?.[2]?.lowerBound).toEqual(Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0));
  });
});

describe("many entries", () => {
  const entries = Array.from({ length: 3000 }, (_, index) =>
    added(fileOf(nulls, { filePath: `s3://b/data/${index}.parquet` })),
  );

  test("become manifests of about the target size, every file once", () => {
    const manifests = [...encodeManifests({ ...options, entries, targetSizeBytes: 20_000 })];
    expect(manifests.length).toBeGreaterThan(2);
    const paths = manifests.flatMap(({ bytes }) =>
      decodeManifest(bytes, list).map(({ dataFile }) => dataFile.filePath),
    );
    expect(paths).toEqual(entries.map(({ dataFile }) => dataFile.filePath));
    expect([...encodeManifests({ ...options, entries: [], targetSizeBytes: 1 })]).toEqual([]);
  });

  test("are written under the locations that the caller gives", async () => {
    const files = new Map<string, Uint8Array>();
    const manifests = await writeManifests({
      ...options,
      entries,
      targetSizeBytes: 1_000_000,
      nextLocation: () => `memory://t/m${files.size}.avro`,
      fileIo: {
        write: (location, bytes) => {
          files.set(location, bytes);
          return Promise.resolve();
        },
      },
    });
    expect(manifests.map(({ manifestPath }) => manifestPath)).toEqual([...files.keys()]);
    expect(manifests.reduce((sum, { addedFilesCount }) => sum + addedFilesCount, 0)).toBe(3000);
  });
});

describe("settings of the table", () => {
  test.each([
    [{}, "deflate"],
    [{ "write.manifest.compression-codec": "none" }, "null"],
    [{ "write.manifest.compression-codec": "uncompressed" }, "null"],
    [{ "write.manifest.compression-codec": "ZSTD" }, "zstandard"],
    [{ "write.manifest.compression-codec": "snappy" }, "snappy"],
  ])("%o ask for codec %s", (properties, codec) => {
    expect(manifestCodec(properties)).toBe(codec);
  });

  test("are refused where they make no sense", () => {
    expect(() => manifestCodec({ "write.manifest.compression-codec": "lz77" })).toThrow("lz77");
    const size = "commit.manifest.target-size-bytes";
    expect(manifestTargetSizeBytes({})).toBe(8 * 1024 * 1024);
    expect(manifestTargetSizeBytes({ [size]: "1000" })).toBe(1000);
    expect(() => manifestTargetSizeBytes({ [size]: "8MB" })).toThrow(`${size} is 8MB`);
  });
});
