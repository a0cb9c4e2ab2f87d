import { describe, expect, it } from "vitest";

import type { Catalog, CatalogTable } from "../../src/catalog/catalog.ts";
import { IcebergError } from "../../src/iceberg-error.ts";
import { readManifestList } from "../../src/scan/manifest-list-reader.ts";
import { readManifest } from "../../src/scan/manifest-reader.ts";
import { currentSnapshot } from "../../src/spec/table-metadata.ts";
import { appendToTable } from "../../src/transaction/append-to-table.ts";
import type { AppendRequest } from "../../src/transaction/staged-append.ts";
import {
  avroFiles,
  dataFile,
  identifier,
  instantComponents,
  openTableUnderTest,
  scriptCommits,
} from "./table-under-test.ts";
import type { CommitScript } from "./table-under-test.ts";

const lostAnswer: CommitScript = async (apply) => {
  await apply();
  return { kind: "unknown", cause: new Error("connection reset") };
};
const lostRequest: CommitScript = async () => ({ kind: "unknown", cause: new Error("time-out") });
const sentTwice: CommitScript = async (apply) => {
  await apply();
  return { kind: "conflict", reason: "main has moved" };
};
const lostRace: CommitScript = async () => ({ kind: "conflict", reason: "main has moved" });
const away: CommitScript = async () => {
  throw new IcebergError("CATALOG_UNAVAILABLE", "connection refused", { retryable: true });
};

async function filesOf(table: CatalogTable): Promise<string[]> {
  const snapshot = currentSnapshot(table.metadata);
  if (snapshot === undefined) return [];
  const files: string[] = [];
  for (const manifest of await readManifestList(table.fileIo, snapshot.manifestList)) {
    for (const entry of await readManifest(table.fileIo, manifest)) {
      files.push(entry.dataFile.filePath.replace(/.*\//u, ""));
    }
  }
  return files.sort();
}

/** Appends one file as another writer would, and answers with its new base. */
async function rivalAppend(catalog: Catalog, name: string): Promise<CatalogTable> {
  const table = await catalog.loadTable(identifier);
  const request = { dataFiles: [dataFile(name)] };
  return appendToTable({ catalog, table, request, components: instantComponents() });
}

describe("appendToTable", () => {
  it("appends files in one snapshot with the standard counters", async () => {
    const { catalog, table } = await openTableUnderTest();
    const first = await appendToTable({
      catalog,
      table,
      request: { dataFiles: [dataFile("a", 10), dataFile("b", 5)] },
    });
    const second = await appendToTable({
      catalog,
      table: first,
      request: { dataFiles: [dataFile("c", 1)] },
    });
    expect(currentSnapshot(first.metadata)?.summary).toEqual({
      operation: "append",
      "added-data-files": "2",
      "added-records": "15",
      "added-files-size": "1500",
      "changed-partition-count": "1",
      "total-data-files": "2",
      "total-records": "15",
      "total-files-size": "1500",
      "total-delete-files": "0",
      "total-position-deletes": "0",
      "total-equality-deletes": "0",
      "engine-name": "salon",
      "engine-version": "0.1.0",
    });
    expect(currentSnapshot(second.metadata)?.summary).toMatchObject({
      "added-records": "1",
      "total-records": "16",
      "total-data-files": "3",
    });
    expect(await filesOf(second)).toEqual(["a.parquet", "b.parquet", "c.parquet"]);
    expect(second.metadata.lastSequenceNumber).toBe(2n);
  });

  it("makes an empty snapshot that carries all manifests on", async () => {
    const { catalog, table } = await openTableUnderTest();
    const empty = await appendToTable({ catalog, table, request: {} });
    expect(await filesOf(empty)).toEqual([]);
    expect(empty.metadata.snapshots).toHaveLength(1);
    await rivalAppend(catalog, "a");
    const base = await catalog.loadTable(identifier);
    const again = await appendToTable({ catalog, table: base, request: {} });
    expect(await filesOf(again)).toEqual(["a.parquet"]);
    expect(again.metadata.snapshots).toHaveLength(3);
  });

  it("prepares every attempt anew, on the base that it asserts", async () => {
    const { catalog, table } = await openTableUnderTest();
    const seen: (bigint | undefined)[] = [];
    const request: AppendRequest = {
      dataFiles: [dataFile("mine")],
      prepare: async (base) => {
        seen.push(base.currentSnapshotId);
        // Another writer gets in between the first look and the commit.
        if (seen.length === 1) await rivalAppend(catalog, "rival");
        return {
          summary: { "salon.source.r": String(seen.length), operation: "overwrite" },
          setProperties: { "salon.source.r": String(seen.length) },
          removeProperties: ["gone"],
        };
      },
    };
    const committed = await appendToTable({
      catalog,
      table,
      request,
      components: instantComponents(),
    });
    expect(seen).toHaveLength(2);
    expect(seen[0]).toBeUndefined();
    expect(seen[1]).toBe(currentSnapshot(committed.metadata)?.parentSnapshotId);
    expect(currentSnapshot(committed.metadata)?.summary).toMatchObject({
      operation: "append",
      "salon.source.r": "2",
    });
    expect(committed.metadata.properties["salon.source.r"]).toBe("2");
    expect(await filesOf(committed)).toEqual(["mine.parquet", "rival.parquet"]);
    // The manifest list of the first attempt is gone again.
    const lists = (await avroFiles(committed)).filter((path) => path.includes("/snap-"));
    expect(lists).toHaveLength(2);
  });

  it("ends with what prepare throws, and deletes only what it wrote itself", async () => {
    const { catalog, table } = await openTableUnderTest();
    const fence = new Error("position has moved");
    const request: AppendRequest = {
      dataFiles: [dataFile("x")],
      prepare: () => {
        throw fence;
      },
    };
    await expect(appendToTable({ catalog, table, request })).rejects.toBe(fence);
    expect(await avroFiles(table)).toEqual([]);
    expect((await catalog.loadTable(identifier)).metadata.snapshots).toEqual([]);
  });

  it("finds a commit whose answer was lost", async () => {
    const { catalog, table } = await openTableUnderTest();
    const committed = await appendToTable({
      catalog: scriptCommits(catalog, [lostAnswer]),
      table,
      request: { dataFiles: [dataFile("a")], snapshotId: 77n },
      components: instantComponents(),
    });
    expect(committed.metadata.snapshots.map(({ snapshotId }) => snapshotId)).toEqual([77n]);
    expect(await filesOf(committed)).toEqual(["a.parquet"]);
  });

  it("sends a commit again that was lost on its way, under the same id", async () => {
    const { catalog, table } = await openTableUnderTest();
    const components = instantComponents();
    const committed = await appendToTable({
      catalog: scriptCommits(catalog, [lostRequest]),
      table,
      request: { dataFiles: [dataFile("a")], snapshotId: 77n },
      components,
    });
    expect(committed.metadata.snapshots.map(({ snapshotId }) => snapshotId)).toEqual([77n]);
    // Three looks (commit.status-check.*), then the wait before the next attempt.
    expect(components.waitsMs).toEqual([1000, 2000, 4000, 100]);
  });

  it("is applied once where the first commit lands after its retry was sent", async () => {
    const { catalog, table } = await openTableUnderTest();
    let late: (() => Promise<unknown>) | undefined;
    const delayed: CommitScript = async (apply) => {
      late = apply;
      return { kind: "unknown", cause: new Error("gateway time-out") };
    };
    const overtaken: CommitScript = async (apply) => {
      await late?.();
      return apply();
    };
    const committed = await appendToTable({
      catalog: scriptCommits(catalog, [delayed, overtaken]),
      table,
      request: { dataFiles: [dataFile("a")], snapshotId: 77n },
      components: instantComponents(),
    });
    expect(committed.metadata.snapshots).toHaveLength(1);
    expect(await filesOf(committed)).toEqual(["a.parquet"]);
    // The list of the attempt that won is there, that of the other one is not.
    const lists = (await avroFiles(committed)).filter((path) => path.includes("/snap-"));
    expect(lists).toEqual([currentSnapshot(committed.metadata)?.manifestList]);
  });

  it("finds its snapshot where a rejected attempt had been applied after all", async () => {
    const { catalog, table } = await openTableUnderTest();
    const committed = await appendToTable({
      catalog: scriptCommits(catalog, [sentTwice]),
      table,
      request: { dataFiles: [dataFile("a")] },
      components: instantComponents(),
    });
    expect(committed.metadata.snapshots).toHaveLength(1);
    expect(await filesOf(committed)).toEqual(["a.parquet"]);
  });

  it("gives up after commit.retry.num-retries, and deletes where it is known to have failed", async () => {
    const { catalog, table } = await openTableUnderTest({ "commit.retry.num-retries": "2" });
    const rival = await rivalAppend(catalog, "rival");
    const before = await avroFiles(rival);
    const components = instantComponents();
    let attempts = 0;
    const append = appendToTable({
      catalog: scriptCommits(catalog, [lostRace, lostRace, lostRace]),
      table,
      request: {
        dataFiles: [dataFile("a")],
        prepare: async () => {
          attempts += 1;
          await rivalAppend(catalog, `rival-${attempts}`);
          return {};
        },
      },
      components,
    });
    await expect(append).rejects.toMatchObject({
      code: "COMMIT_RETRIES_EXHAUSTED",
      retryable: true,
    });
    expect(attempts).toBe(3);
    expect(components.waitsMs).toEqual([100, 200]);
    const after = await avroFiles(rival);
    // Three appends of the rival, a manifest and a list each, and nothing of ours.
    expect(after).toHaveLength(before.length + 6);
  });

  it("deletes nothing while the outcome is open", async () => {
    const { catalog, table } = await openTableUnderTest({
      "commit.retry.num-retries": "1",
      "commit.status-check.num-retries": "0",
    });
    const append = appendToTable({
      catalog: scriptCommits(catalog, [lostRequest, lostRequest]),
      table,
      request: { dataFiles: [dataFile("a")], snapshotId: 5n },
      components: instantComponents(),
    });
    await expect(append).rejects.toMatchObject({
      code: "COMMIT_STATE_UNKNOWN",
      context: { snapshotId: 5n },
    });
    // One data manifest, and the manifest lists of both attempts.
    expect(await avroFiles(table)).toHaveLength(3);
  });

  it("tries again where catalog or storage are away for a while", async () => {
    const { catalog, table } = await openTableUnderTest();
    const committed = await appendToTable({
      catalog: scriptCommits(catalog, [away, away]),
      table,
      request: { dataFiles: [dataFile("a")] },
      components: instantComponents(),
    });
    expect(await filesOf(committed)).toEqual(["a.parquet"]);
  });

  it("does not send an id that was rolled back", async () => {
    const { catalog, table } = await openTableUnderTest();
    const request = { dataFiles: [dataFile("a")], snapshotId: 9n };
    const first = await rivalAppend(catalog, "first");
    const committed = await appendToTable({ catalog, table: first, request });
    const firstId = first.metadata.currentSnapshotId ?? 0n;
    await catalog.commitTable(committed, {
      requirements: [],
      updates: [
        {
          action: "set-snapshot-ref",
          refName: "main",
          ref: { type: "branch", snapshotId: firstId },
        },
      ],
    });
    const before = await avroFiles(table);
    const again = appendToTable({
      catalog,
      table: await catalog.loadTable(identifier),
      request,
      components: instantComponents(),
    });
    await expect(again).rejects.toMatchObject({
      code: "SNAPSHOT_ALREADY_EXISTS",
      context: { place: "elsewhere" },
    });
    expect(await avroFiles(table)).toEqual(expect.arrayContaining(before));
  });
});
