import { describe, expect, test } from "vitest";
import { applyUpdates } from "../../src/spec/apply-updates.ts";
import type { DataFile } from "../../src/spec/data-file.ts";
import {
  fileSystemMetadataFileName,
  metastoreMetadataFileName,
  parseFileSystemMetadataFileName,
  parseMetastoreMetadataFileName,
} from "../../src/spec/metadata-file-name.ts";
import { snapshotFromJson } from "../../src/spec/snapshot.ts";
import { ancestorsOf, lineageOf, mainLineage } from "../../src/spec/snapshot-lineage.ts";
import { snapshotRefFromJson } from "../../src/spec/snapshot-ref.ts";
import { countFiles, countPartitions, snapshotSummary } from "../../src/spec/snapshot-summary.ts";
import { appendOf, snapshotOf, tableOfV2 } from "./tables.ts";

function fileOf(changes: Partial<DataFile>): DataFile {
  return {
    content: "data",
    filePath: "memory://t/data/a.parquet",
    fileFormat: "PARQUET",
    partition: [],
    specId: 0,
    recordCount: 10,
    fileSizeInBytes: 1000,
    ...changes,
  };
}

function ids(snapshots: Iterable<{ readonly snapshotId: bigint }>): bigint[] {
  return Array.from(snapshots, ({ snapshotId }) => snapshotId);
}

describe("the summary (spec: Appendix F, Optional Snapshot Summary Fields)", () => {
  const files = [
    fileOf({ partition: ["a"] }),
    fileOf({ partition: ["b"], recordCount: 5, fileSizeInBytes: 500 }),
    fileOf({ partition: ["b"], recordCount: 1, fileSizeInBytes: 100 }),
  ];

  test("of the first append starts totals at 0", () => {
    const summary = snapshotSummary({
      operation: "append",
      added: countFiles(files),
      changedPartitionCount: countPartitions(files),
      parentSummary: undefined,
    });
    expect(summary).toEqual({
      operation: "append",
      "added-data-files": "3",
      "added-records": "16",
      "added-files-size": "1600",
      "changed-partition-count": "2",
      "total-records": "16",
      "total-files-size": "1600",
      "total-data-files": "3",
      "total-delete-files": "0",
      "total-position-deletes": "0",
      "total-equality-deletes": "0",
    });
  });

  test("carries the parent's totals on, and leaves out what the parent does not tell", () => {
    const summary = snapshotSummary({
      operation: "append",
      added: countFiles(files),
      parentSummary: { "total-records": "100", "total-data-files": "x" },
    });
    expect(summary).toEqual({
      operation: "append",
      "added-data-files": "3",
      "added-records": "16",
      "added-files-size": "1600",
      "total-records": "116",
    });
  });

  test("counts what was removed, and both kinds of deletes", () => {
    const summary = snapshotSummary({
      operation: "overwrite",
      added: countFiles([
        fileOf({ content: "position-deletes", recordCount: 3 }),
        fileOf({ content: "equality-deletes", recordCount: 4 }),
      ]),
      removed: countFiles([fileOf({})]),
      parentSummary: { "total-records": "10", "total-data-files": "1", "total-delete-files": "5" },
    });
    expect(summary).toEqual({
      operation: "overwrite",
      "deleted-data-files": "1",
      "added-equality-delete-files": "1",
      "added-position-delete-files": "1",
      "added-delete-files": "2",
      "deleted-records": "10",
      "added-files-size": "2000",
      "removed-files-size": "1000",
      "added-position-deletes": "3",
      "added-equality-deletes": "4",
      "total-records": "0",
      "total-data-files": "0",
      "total-delete-files": "7",
    });
  });
});

describe("a line of snapshots", () => {
  const metadata = [appendOf(2), appendOf(3, 2), appendOf(4, 3)].reduce(
    (base, updates) => applyUpdates(base, updates, { nowMs: 1000 }),
    tableOfV2(),
  );

  test("goes from its head to the snapshot without a parent", () => {
    expect(ids(ancestorsOf(metadata, 4n))).toEqual([4n, 3n, 2n]);
    expect(mainLineage(metadata).end).toEqual({ kind: "root" });
    expect(mainLineage(tableOfV2())).toEqual({ snapshots: [], end: { kind: "root" } });
  });

  test("ends at the first snapshot that was expired", () => {
    const expired = applyUpdates(metadata, [{ action: "remove-snapshots", snapshotIds: [2n] }], {
      nowMs: 1000,
    });
    const { snapshots, end } = mainLineage(expired);
    expect(ids(snapshots)).toEqual([4n, 3n]);
    expect(end).toEqual({ kind: "missing", snapshotId: 2n });
    expect(lineageOf(expired, 9n)).toEqual({
      snapshots: [],
      end: { kind: "missing", snapshotId: 9n },
    });
  });

  test("that is a ring is an error, not a loop without end", () => {
    const ring = { ...metadata, snapshots: [snapshotOf(2, 3), snapshotOf(3, 2)] };
    expect(() => lineageOf(ring, 2n)).toThrow("snapshot 2 is its own ancestor");
  });
});

describe("snapshots and refs of other writers", () => {
  const json = { "snapshot-id": 1, "timestamp-ms": 5, "manifest-list": "m" };

  test("may lack the summary, its operation, the sequence number and the schema", () => {
    expect(snapshotFromJson(json)).toEqual({
      snapshotId: 1n,
      sequenceNumber: 0n,
      timestampMs: 5,
      manifestList: "m",
      summary: {},
    });
    const summary = { "added-records": "1" };
    expect(snapshotFromJson({ ...json, summary }).summary).toEqual({
      operation: "overwrite",
      "added-records": "1",
    });
  });

  test("that list manifests in the metadata are named", () => {
    const { "manifest-list": _, ...old } = json;
    expect(() => snapshotFromJson({ ...old, manifests: ["a.avro"] })).toThrow(
      "snapshot 1 has no manifest list",
    );
  });

  test("may keep snapshots for ever", () => {
    const ref = snapshotRefFromJson({
      "snapshot-id": 1,
      type: "BRANCH",
      "max-ref-age-ms": 9223372036854775807n,
    });
    expect(ref).toEqual({ snapshotId: 1n, type: "branch", maxRefAgeMs: 2 ** 63 });
  });
});

describe("names of metadata files", () => {
  test.each([
    ["v3.metadata.json", { version: 3, isGzipped: false }],
    ["v12.gz.metadata.json", { version: 12, isGzipped: true }],
    ["v12.metadata.json.gz", { version: 12, isGzipped: true }],
    ["00003-9c12d441.metadata.json", undefined],
    ["v3.metadata.json.tmp", undefined],
    ["version-hint.text", undefined],
  ])("%s in a file system", (name, expected) => {
    expect(parseFileSystemMetadataFileName(name)).toEqual(expected);
  });

  test("in a metastore", () => {
    const name = metastoreMetadataFileName({ version: 3, isGzipped: true }, "9c12d441-03fe");
    expect(name).toBe("00003-9c12d441-03fe.gz.metadata.json");
    expect(parseMetastoreMetadataFileName(name)).toEqual({ version: 3, isGzipped: true });
    expect(fileSystemMetadataFileName({ version: 3, isGzipped: true })).toBe("v3.gz.metadata.json");
  });
});
