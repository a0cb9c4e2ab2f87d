import { describe, expect, it } from "vitest";

import type { Catalog, CatalogTable } from "../../src/catalog/catalog.ts";
import type { SnapshotRef } from "../../src/spec/snapshot-ref.ts";
import { appendToTable } from "../../src/transaction/append-to-table.ts";
import { expireSnapshots } from "../../src/transaction/expire-snapshots.ts";
import { expiredSnapshots } from "../../src/transaction/snapshot-retention.ts";
import {
  avroFiles,
  dataFile,
  identifier,
  instantComponents,
  openTableUnderTest,
  scriptCommits,
} from "./table-under-test.ts";

const hourMs = 3_600_000;
const startMs = Date.UTC(2100, 0, 1);

/** A table with snapshots 1, 2, … made an hour apart, each adding one file. */
async function openWithSnapshots(
  count: number,
  properties: Readonly<Record<string, string>> = {},
): Promise<{ readonly catalog: Catalog; readonly table: CatalogTable }> {
  const { catalog, table } = await openTableUnderTest(properties);
  let current = table;
  for (let number = 1; number <= count; number += 1) {
    const file = dataFile(`f${number}`);
    await table.fileIo.write(file.filePath, new Uint8Array(1));
    current = await appendToTable({
      catalog,
      table: current,
      request: { dataFiles: [file], snapshotId: BigInt(number) },
      components: { nowMs: () => startMs + number * hourMs },
    });
  }
  return { catalog, table: current };
}

async function setRef(catalog: Catalog, refName: string, ref: SnapshotRef): Promise<CatalogTable> {
  const outcome = await catalog.commitTable(await catalog.loadTable(identifier), {
    requirements: [],
    updates: [{ action: "set-snapshot-ref", refName, ref }],
  });
  if (outcome.kind !== "committed") throw new Error(outcome.kind);
  return outcome.table;
}

const at = (hour: number): { readonly nowMs: () => number } => ({
  nowMs: () => startMs + hour * hourMs,
});

describe("expiredSnapshots", () => {
  it("keeps what is young, and at least one", async () => {
    const { table } = await openWithSnapshots(5);
    const { metadata } = table;
    const nowMs = startMs + 6 * hourMs;
    const ids = (overrides: Parameters<typeof expiredSnapshots>[2]): readonly bigint[] =>
      expiredSnapshots(metadata, nowMs, overrides).snapshotIds;
    expect(ids({})).toEqual([]);
    expect(ids({ maxSnapshotAgeMs: 2 * hourMs })).toEqual([1n, 2n, 3n]);
    expect(ids({ maxSnapshotAgeMs: 0 })).toEqual([1n, 2n, 3n, 4n]);
    expect(ids({ maxSnapshotAgeMs: 0, minSnapshotsToKeep: 3 })).toEqual([1n, 2n]);
  });

  it("reads the table's properties", async () => {
    const { table } = await openWithSnapshots(4, {
      "history.expire.max-snapshot-age-ms": "1",
      "history.expire.min-snapshots-to-keep": "2",
      "history.expire.max-ref-age-ms": "9223372036854775807",
    });
    const nowMs = startMs + 100 * hourMs;
    expect(expiredSnapshots(table.metadata, nowMs).snapshotIds).toEqual([1n, 2n]);
  });

  it("keeps the line of a branch and the snapshot of a tag, and drops refs past their age", async () => {
    const { catalog } = await openWithSnapshots(5);
    await setRef(catalog, "kept", { type: "branch", snapshotId: 3n, minSnapshotsToKeep: 2 });
    await setRef(catalog, "tag", { type: "tag", snapshotId: 1n });
    const { metadata } = await setRef(catalog, "old", {
      type: "tag",
      snapshotId: 4n,
      maxRefAgeMs: hourMs,
    });
    const nowMs = startMs + 100 * hourMs;
    expect(expiredSnapshots(metadata, nowMs, { maxSnapshotAgeMs: 0 })).toEqual({
      snapshotIds: [4n],
      refNames: ["old"],
    });
  });

  it("keeps a snapshot that no ref leads to while it is young", async () => {
    const { catalog } = await openWithSnapshots(3);
    const { metadata } = await setRef(catalog, "main", { type: "branch", snapshotId: 2n });
    const nowMs = startMs + 4 * hourMs;
    const kept = expiredSnapshots(metadata, nowMs, { maxSnapshotAgeMs: 2 * hourMs });
    expect(kept.snapshotIds).toEqual([1n]);
    const all = expiredSnapshots(metadata, nowMs, { maxSnapshotAgeMs: 0 });
    expect(all.snapshotIds).toEqual([1n, 3n]);
  });
});

describe("expireSnapshots", () => {
  it("takes snapshots out and deletes what only they led to", async () => {
    const { catalog, table } = await openWithSnapshots(4);
    const before = await avroFiles(table);
    expect(before).toHaveLength(8);
    const { deleted, expired } = await expireSnapshots({
      catalog,
      table,
      retention: { maxSnapshotAgeMs: hourMs },
      components: at(4),
      deleteDataFiles: true,
    });
    expect(expired.snapshotIds).toEqual([1n, 2n]);
    // Their manifests are carried on by the snapshots after them, and so are their files.
    expect(deleted.manifests).toEqual([]);
    expect(deleted.dataFiles).toEqual([]);
    expect(deleted.manifestLists).toHaveLength(2);
    const after = await catalog.loadTable(identifier);
    expect(after.metadata.snapshots.map(({ snapshotId }) => snapshotId)).toEqual([3n, 4n]);
    expect(await avroFiles(after)).toHaveLength(6);
  });

  it("deletes the files of a snapshot that was rolled back, data files only where asked", async () => {
    for (const deleteDataFiles of [false, true]) {
      const { catalog } = await openWithSnapshots(3);
      const table = await setRef(catalog, "main", { type: "branch", snapshotId: 2n });
      const { deleted } = await expireSnapshots({
        catalog,
        table,
        retention: { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 2 },
        components: at(50),
        deleteDataFiles,
      });
      expect(deleted.manifestLists).toHaveLength(1);
      expect(deleted.manifests).toHaveLength(1);
      const { filePath } = dataFile("f3");
      expect(deleted.dataFiles).toEqual(deleteDataFiles ? [filePath] : []);
      const file = await table.fileIo.stat(filePath);
      expect(file === undefined).toBe(deleteDataFiles);
      expect(await table.fileIo.stat(dataFile("f1").filePath)).toBeDefined();
    }
  });

  it("does nothing where nothing is past its time", async () => {
    const { catalog, table } = await openWithSnapshots(2);
    const { deleted } = await expireSnapshots({ catalog, table, components: at(3) });
    expect(deleted).toEqual({ manifestLists: [], manifests: [], dataFiles: [] });
    const { metadataLocation } = await catalog.loadTable(identifier);
    expect(metadataLocation).toBe(table.metadataLocation);
  });

  it("asserts every ref that it saw", async () => {
    const { catalog, table } = await openWithSnapshots(3);
    const components = { ...instantComponents(), ...at(50) };
    let tries = 0;
    const scripted = scriptCommits(catalog, [
      async (apply) => {
        tries += 1;
        // Another client pins a snapshot that is about to expire, by moving a ref that was seen.
        await setRef(catalog, "pin", { type: "tag", snapshotId: 1n });
        return apply();
      },
    ]);
    const pinned = await setRef(catalog, "pin", { type: "tag", snapshotId: 3n });
    const { expired } = await expireSnapshots({
      catalog: scripted,
      table: { ...table, metadata: pinned.metadata },
      retention: { maxSnapshotAgeMs: 0 },
      components,
    });
    expect(tries).toBe(1);
    expect(expired.snapshotIds).toEqual([2n]);
    const { metadata } = await catalog.loadTable(identifier);
    expect(metadata.refs["pin"]?.snapshotId).toBe(1n);
  });

  it("deletes no file where the outcome is open", async () => {
    const { catalog, table } = await openWithSnapshots(3);
    const before = await avroFiles(table);
    const expiry = expireSnapshots({
      catalog: scriptCommits(catalog, [async () => ({ kind: "unknown", cause: "time-out" })]),
      table,
      retention: { maxSnapshotAgeMs: 0 },
      components: { ...instantComponents(), ...at(50) },
    });
    await expect(expiry).rejects.toMatchObject({ code: "COMMIT_STATE_UNKNOWN" });
    expect(await avroFiles(table)).toEqual(before);
  });

  it("deletes no file where a ref went back behind what was asserted", async () => {
    const { catalog, table } = await openWithSnapshots(4);
    const before = await avroFiles(table);
    const scripted = scriptCommits(catalog, [
      async (apply) => {
        const outcome = await apply();
        await setRef(catalog, "main", { type: "branch", snapshotId: 3n });
        return outcome;
      },
    ]);
    const { deleted } = await expireSnapshots({
      catalog: scripted,
      table,
      retention: { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 2 },
      components: at(50),
    });
    expect(deleted).toEqual({ manifestLists: [], manifests: [], dataFiles: [] });
    expect(await avroFiles(table)).toEqual(before);
  });

  it("refuses a table whose files may not be deleted", async () => {
    const { catalog, table } = await openTableUnderTest({ "gc.enabled": "false" });
    await expect(expireSnapshots({ catalog, table })).rejects.toMatchObject({
      code: "UNSUPPORTED",
    });
  });
});

describe("two expiries at the same time", () => {
  it("leave the files that the other deletes to it", async () => {
    const { catalog, table } = await openWithSnapshots(5);
    const expire = (of: Catalog): ReturnType<typeof expireSnapshots> =>
      expireSnapshots({
        catalog: of,
        table,
        retention: { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 1 },
        deleteDataFiles: true,
        components: at(6),
      });
    // The first one's commit is done; before it deletes the second one has done all of its work.
    const slow = scriptCommits(catalog, [
      async (apply) => {
        const outcome = await apply();
        for (const { manifestList } of table.metadata.snapshots.slice(0, 4)) {
          await table.fileIo.delete(manifestList);
        }
        return outcome;
      },
    ]);
    const { expired, deleted } = await expire(slow);
    expect(expired.snapshotIds).toEqual([1n, 2n, 3n, 4n]);
    expect(deleted).toEqual({ manifestLists: [], manifests: [], dataFiles: [] });
  });
});
