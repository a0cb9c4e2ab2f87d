import { describe, expect, test } from "vitest";
import { AvroFileBuilder, openAvroFile } from "../../src/codec/avro/avro-container.ts";
import {
  type AvroRecordSchema,
  type AvroSchema,
  optionalAvro,
} from "../../src/codec/avro/avro-schema.ts";
import type { AvroValue } from "../../src/codec/avro/avro-value.ts";
import { decodeManifestList } from "../../src/scan/manifest-list-reader.ts";
import { decodeManifest } from "../../src/scan/manifest-reader.ts";
import { encodeManifestList } from "../../src/writer/manifest-list-writer.ts";
import { encodeManifest } from "../../src/writer/manifest-writer.ts";
import { added, byEveryType, everyType, fileOf, nulls } from "../writer/manifest-table.ts";

const { bytes, file } = encodeManifest({
  schema: everyType,
  spec: byEveryType,
  entries: [
    added(fileOf(nulls)),
    {
      status: "existing",
      snapshotId: 5n,
      sequenceNumber: 3n,
      fileSequenceNumber: 4n,
      dataFile: fileOf(nulls),
    },
  ],
  snapshotId: 77n,
});
const manifest = { manifestPath: "s3://b/m.avro", ...file };

describe("a manifest list", () => {
  const options = { snapshotId: 77n, sequenceNumber: 9n, manifests: [manifest] };

  test("has the metadata of the reference implementation", () => {
    const first = openAvroFile(encodeManifestList(options)).metadata;
    expect(Object.fromEntries(first)).toMatchObject({
      "snapshot-id": "77",
      "parent-snapshot-id": "null",
      "sequence-number": "9",
      "format-version": "2",
    });
    const next = encodeManifestList({ ...options, parentSnapshotId: 3055729675574597004n });
    expect(openAvroFile(next).metadata.get("parent-snapshot-id")).toBe("3055729675574597004");
  });

  test("has the field ids of the spec", () => {
    const { schema } = openAvroFile(encodeManifestList(options));
    const ids = schema.kind === "record" ? schema.fields.map(({ fieldId }) => fieldId) : [];
    expect(ids).toEqual([
      500, 501, 502, 517, 515, 516, 503, 504, 505, 506, 512, 513, 514, 507, 519,
    ]);
  });

  test("assigns the numbers of the commit to its own manifests only", () => {
    const old = { ...manifest, sequenceNumber: 2n, minSequenceNumber: 1n, addedSnapshotId: 6n };
    const { addedSnapshotId: _, minSequenceNumber: __, ...early } = manifest;
    const listed = decodeManifestList(
      encodeManifestList({ ...options, manifests: [manifest, old, early] }),
    );
    expect(listed).toEqual([
      { ...manifest, sequenceNumber: 9n, minSequenceNumber: 3n },
      old,
      { ...manifest, sequenceNumber: 9n, minSequenceNumber: 9n },
    ]);
  });

  test("takes no manifest of another snapshot without its number", () => {
    const foreign = { ...manifest, addedSnapshotId: 6n };
    expect(() => encodeManifestList({ ...options, manifests: [foreign] })).toThrow(
      "manifest s3://b/m.avro of snapshot 6 has no sequence number",
    );
  });

  test("may be empty", () => {
    expect(decodeManifestList(encodeManifestList({ ...options, manifests: [] }))).toEqual([]);
  });
});

describe("a manifest", () => {
  test("gives new files the numbers of the list, and leaves the others theirs", () => {
    const [first, second] = decodeManifest(bytes, { ...manifest, sequenceNumber: 9n });
    expect(first).toMatchObject({
      status: "added",
      snapshotId: 77n,
      sequenceNumber: 9n,
      fileSequenceNumber: 9n,
    });
    expect(second).toMatchObject({
      status: "existing",
      snapshotId: 5n,
      sequenceNumber: 3n,
      fileSequenceNumber: 4n,
    });
  });

  test("that is not committed leaves them open", () => {
    const [first] = decodeManifest(bytes, manifest);
    expect(first?.sequenceNumber).toBeUndefined();
    expect(first?.dataFile).toEqual(fileOf(nulls));
  });
});

interface WrittenField {
  readonly id: number;
  readonly type: AvroSchema;
  readonly value: AvroValue;
}

/** A record of fields that have ids but the names that another writer may give them. */
function recordOf(
  name: string,
  fields: readonly WrittenField[],
): readonly [AvroRecordSchema, AvroValue] {
  return [
    {
      kind: "record",
      name,
      fields: fields.map(({ id, type }) => ({ name: `${name}_${id}`, type, fieldId: id })),
    },
    new Map(fields.map(({ id, value }) => [id, value])),
  ];
}

const LONG: AvroSchema = { kind: "long" };
const INT: AvroSchema = { kind: "int" };
const STRING: AvroSchema = { kind: "string" };

function avroFile([schema, record]: readonly [AvroRecordSchema, AvroValue]): Uint8Array {
  const builder = new AvroFileBuilder({ schema, codec: "null", metadata: {} });
  if (record instanceof Map) builder.append(record);
  return builder.finish();
}

describe("files of other writers", () => {
  const [partitionSchema, partition] = recordOf("part", [{ id: 1000, type: INT, value: 17 }]);
  const [fileSchema, dataFile] = recordOf("file", [
    { id: 100, type: STRING, value: "s3://b/a.parquet" },
    { id: 101, type: STRING, value: "parquet" },
    { id: 102, type: partitionSchema, value: partition },
    { id: 103, type: LONG, value: 5n },
    { id: 104, type: LONG, value: 600n },
    // block_size_in_bytes, required in v1 and nothing to us.
    { id: 105, type: LONG, value: 67_108_864n },
    { id: 9999, type: optionalAvro(STRING), value: "unknown" },
  ]);

  test("of v1: no content, no sequence numbers, and fields that nobody knows", () => {
    const v1 = avroFile(
      recordOf("entry", [
        { id: 0, type: INT, value: 0 },
        { id: 1, type: LONG, value: 7n },
        { id: 2, type: fileSchema, value: dataFile },
      ]),
    );
    const inherited = { manifestPath: "m", partitionSpecId: 0, sequenceNumber: 0n };
    expect(decodeManifest(v1, inherited)).toEqual([
      {
        status: "existing",
        snapshotId: 7n,
        sequenceNumber: 0n,
        fileSequenceNumber: 0n,
        dataFile: {
          content: "data",
          filePath: "s3://b/a.parquet",
          fileFormat: "PARQUET",
          partition: [17],
          specId: 0,
          recordCount: 5,
          fileSizeInBytes: 600,
        },
      },
    ]);
  });

  const listFields = [
    { id: 500, type: STRING, value: "s3://b/m.avro" },
    { id: 501, type: LONG, value: 100n },
    { id: 502, type: INT, value: 0 },
    { id: 503, type: LONG, value: 7n },
  ];
  const counts = [504, 505, 506, 512, 513, 514].map((id) => ({
    id,
    type: optionalAvro(id < 512 ? INT : LONG),
    value: id < 512 ? id - 500 : BigInt(id),
  }));

  test("lists of v1 number everything 0", () => {
    expect(decodeManifestList(avroFile(recordOf("m", [...listFields, ...counts])))).toEqual([
      {
        manifestPath: "s3://b/m.avro",
        manifestLength: 100,
        partitionSpecId: 0,
        content: "data",
        sequenceNumber: 0n,
        minSequenceNumber: 0n,
        addedSnapshotId: 7n,
        addedFilesCount: 4,
        existingFilesCount: 5,
        deletedFilesCount: 6,
        addedRowsCount: 512,
        existingRowsCount: 513,
        deletedRowsCount: 514,
      },
    ]);
  });

  test("lists without counts are refused rather than guessed at", () => {
    expect(() => decodeManifestList(avroFile(recordOf("m", listFields)))).toThrow(
      "manifest s3://b/m.avro is listed without its added_files_count",
    );
  });

  test("what is missing is named", () => {
    const entry = avroFile(recordOf("entry", [{ id: 0, type: INT, value: 1 }]));
    expect(() => decodeManifest(entry, manifest)).toThrow(
      "data_file of an entry of s3://b/m.avro is missing",
    );
  });
});
