import { randomUUID } from "node:crypto";

import { describe, expect, it } from "vitest";

import { readManifestList } from "../../src/scan/manifest-list-reader.ts";
import { readManifest } from "../../src/scan/manifest-reader.ts";
import { currentSnapshot } from "../../src/spec/table-metadata.ts";
import { appendToTable } from "../../src/transaction/append-to-table.ts";
import { stageAppend } from "../../src/transaction/stage-append.ts";
import { encodeManifest } from "../../src/writer/manifest-writer.ts";
import { avroFiles, dataFile, identifier, openTableUnderTest } from "./table-under-test.ts";

describe("stageAppend", () => {
  it("merges small manifests once there are enough, files keeping their ids", async () => {
    const { catalog, table } = await openTableUnderTest({
      "commit.manifest.min-count-to-merge": "3",
    });
    let current = table;
    for (const name of ["a", "b", "c"]) {
      current = await appendToTable({
        catalog,
        table: current,
        request: { dataFiles: [dataFile(name)] },
      });
    }
    const list = currentSnapshot(current.metadata)?.manifestList ?? "";
    const manifests = await readManifestList(current.fileIo, list);
    expect(manifests).toMatchObject([
      { addedFilesCount: 1, existingFilesCount: 2, sequenceNumber: 3n, minSequenceNumber: 1n },
    ]);
    const [merged] = manifests;
    if (merged === undefined) throw new Error("no manifest");
    const entries = await readManifest(current.fileIo, merged);
    const ids = current.metadata.snapshots.map(({ snapshotId }) => snapshotId);
    expect(entries).toMatchObject([
      { status: "added", snapshotId: ids[2], sequenceNumber: 3n, fileSequenceNumber: 3n },
      { status: "existing", snapshotId: ids[1], sequenceNumber: 2n, fileSequenceNumber: 2n },
      { status: "existing", snapshotId: ids[0], sequenceNumber: 1n, fileSequenceNumber: 1n },
    ]);
    // The manifest that was merged away before it was ever listed is not kept.
    const names = (await avroFiles(current)).filter((path) => !path.includes("/snap-"));
    expect(names).toHaveLength(3);
  });

  it("merges what was merged before, files keeping their ids", async () => {
    const { catalog, table } = await openTableUnderTest({
      "commit.manifest.min-count-to-merge": "60",
    });
    const names = Array.from({ length: 200 }, (_, index) => `${randomUUID()}-${index}`);
    let current = table;
    for (const name of names) {
      const request = { dataFiles: [dataFile(name)] };
      current = await appendToTable({ catalog, table: current, request });
    }
    const list = currentSnapshot(current.metadata)?.manifestList ?? "";
    const manifests = await readManifestList(current.fileIo, list);
    const merged = manifests.at(-1);
    expect(merged).toMatchObject({ addedFilesCount: 1, minSequenceNumber: 1n });
    expect(merged?.existingFilesCount).toBeGreaterThan(100);
    const entries = await Promise.all(
      manifests.map((manifest) => readManifest(current.fileIo, manifest)),
    );
    const { snapshots } = current.metadata;
    expect(
      entries
        .flat()
        .map(({ snapshotId, sequenceNumber, fileSequenceNumber, dataFile: file }) => [
          file.filePath,
          snapshotId,
          sequenceNumber,
          fileSequenceNumber,
        ]),
    ).toEqual(
      names
        .map((name, index) => {
          const number = BigInt(index + 1);
          return [dataFile(name).filePath, snapshots[index]?.snapshotId, number, number];
        })
        .toReversed(),
    );
  });

  it("does not merge where the table forbids it", async () => {
    const { catalog, table } = await openTableUnderTest({
      "commit.manifest.min-count-to-merge": "1",
      "commit.manifest-merge.enabled": "false",
    });
    const request = { dataFiles: [dataFile("a")] };
    const first = await appendToTable({ catalog, table, request });
    const second = await appendToTable({ catalog, table: first, request });
    const list = currentSnapshot(second.metadata)?.manifestList ?? "";
    expect(await readManifestList(second.fileIo, list)).toHaveLength(2);
  });

  it("appends manifests that were written before their snapshot was known", async () => {
    const { catalog, table } = await openTableUnderTest();
    const [schema] = table.metadata.schemas;
    const [spec] = table.metadata.partitionSpecs;
    if (schema === undefined || spec === undefined) throw new Error("no schema");
    const { bytes, file } = encodeManifest({
      schema,
      spec,
      entries: [{ status: "added", dataFile: dataFile("dead", 4) }],
    });
    const manifestPath = `${table.metadata.location}/metadata/outbox.avro`;
    await table.fileIo.write(manifestPath, bytes);
    const committed = await appendToTable({
      catalog,
      table,
      request: { manifests: [{ manifestPath, ...file }], snapshotId: 11n },
    });
    const snapshot = currentSnapshot(committed.metadata);
    expect(snapshot?.summary).toMatchObject({
      "added-data-files": "1",
      "added-records": "4",
      "added-files-size": "400",
    });
    const [listed] = await readManifestList(committed.fileIo, snapshot?.manifestList ?? "");
    if (listed === undefined) throw new Error("no manifest");
    expect(listed).toMatchObject({ manifestPath, addedSnapshotId: 11n, sequenceNumber: 1n });
    expect(await readManifest(committed.fileIo, listed)).toMatchObject([
      { status: "added", snapshotId: 11n, sequenceNumber: 1n },
    ]);
  });

  it("refuses a manifest that is gone", async () => {
    const { catalog, table } = await openTableUnderTest();
    const manifest = {
      manifestPath: "memory://warehouse/none.avro",
      manifestLength: 1,
      partitionSpecId: 0,
      content: "data",
      addedFilesCount: 1,
      existingFilesCount: 0,
      deletedFilesCount: 0,
      addedRowsCount: 1,
      existingRowsCount: 0,
      deletedRowsCount: 0,
    } as const;
    const request = { manifests: [manifest], dataFiles: [dataFile("a")] };
    await expect(stageAppend({ catalog, table, request })).rejects.toMatchObject({
      code: "FILE_NOT_FOUND",
    });
    expect(await avroFiles(table)).toEqual([]);
  });

  it("asserts main and keeps its retention", async () => {
    const { catalog, table } = await openTableUnderTest();
    const first = await appendToTable({ catalog, table, request: {} });
    const retained = await catalog.commitTable(first, {
      requirements: [],
      updates: [
        {
          action: "set-snapshot-ref",
          refName: "main",
          ref: {
            type: "branch",
            snapshotId: first.metadata.currentSnapshotId ?? 0n,
            minSnapshotsToKeep: 7,
            maxSnapshotAgeMs: 1000,
          },
        },
      ],
    });
    if (retained.kind !== "committed") throw new Error(retained.kind);
    const staged = await stageAppend({ catalog, table, request: {} });
    expect(await staged.attempt(table)).toMatchObject({ kind: "conflict" });
    expect(await staged.attempt(retained.table)).toMatchObject({ kind: "committed" });
    const { metadata } = await catalog.loadTable(identifier);
    expect(metadata.refs["main"]).toEqual({
      type: "branch",
      snapshotId: staged.snapshotId,
      minSnapshotsToKeep: 7,
      maxSnapshotAgeMs: 1000,
    });
    await expect(staged.attempt(await catalog.loadTable(identifier))).rejects.toMatchObject({
      code: "SNAPSHOT_ALREADY_EXISTS",
      context: { place: "in-main" },
    });
    await expect(staged.discard()).rejects.toMatchObject({ code: "COMMIT_STATE_UNKNOWN" });
  });

  it("refuses format version 1 unless the attempt upgrades it", async () => {
    const { catalog, table } = await openTableUnderTest();
    const old = { ...table, metadata: { ...table.metadata, formatVersion: 1 as const } };
    const staged = await stageAppend({ catalog, table: old, request: {} });
    await expect(staged.attempt(old)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    const upgrading = await stageAppend({
      catalog,
      table: old,
      request: { prepare: () => ({ upgradeFormatVersion: 2 }) },
    });
    expect(await upgrading.attempt(old)).toMatchObject({ kind: "committed" });
  });

  it("never gives a snapshot a time before the table's", async () => {
    const { catalog, table } = await openTableUnderTest();
    const components = { nowMs: () => 5 };
    const committed = await appendToTable({ catalog, table, request: {}, components });
    expect(currentSnapshot(committed.metadata)?.timestampMs).toBe(table.metadata.lastUpdatedMs);
  });

  it("discards all that was staged", async () => {
    const { catalog, table } = await openTableUnderTest();
    const file = dataFile("a");
    await table.fileIo.write(file.filePath, new Uint8Array(1));
    const staged = await stageAppend({ catalog, table, request: { dataFiles: [file] } });
    expect(await avroFiles(table)).toHaveLength(1);
    await staged.discard();
    expect(await avroFiles(table)).toEqual([]);
    expect(await table.fileIo.stat(file.filePath)).toBeUndefined();
  });
});
