import { describe, expect, it } from "vitest";

import type { Catalog, CatalogTable } from "../../src/catalog/catalog.ts";
import { planFiles } from "../../src/scan/plan-files.ts";
import type { PlannedFile } from "../../src/scan/plan-files.ts";
import { readManifestList } from "../../src/scan/manifest-list-reader.ts";
import { readManifest } from "../../src/scan/manifest-reader.ts";
import type { DataFile } from "../../src/spec/data-file.ts";
import type { ManifestFile } from "../../src/spec/manifest-file.ts";
import { currentSnapshot } from "../../src/spec/table-metadata.ts";
import { appendToTable } from "../../src/transaction/append-to-table.ts";
import { expireSnapshots } from "../../src/transaction/expire-snapshots.ts";
import { rewriteFiles } from "../../src/transaction/rewrite-files.ts";
import { writePositionDeletes } from "../../src/writer/position-delete-writer.ts";
import { dataFile, identifier, openTableUnderTest } from "./table-under-test.ts";

interface Opened {
  readonly catalog: Catalog;
  readonly table: CatalogTable;
}

/** A table whose snapshots 1, 2, … each add some files. */
async function openWith(
  appends: readonly (readonly DataFile[])[],
  properties: Readonly<Record<string, string>> = {},
): Promise<Opened> {
  const { catalog, table } = await openTableUnderTest(properties);
  let current = table;
  for (const [index, dataFiles] of appends.entries()) {
    const request = { dataFiles, snapshotId: BigInt(index + 1) };
    current = await appendToTable({ catalog, table: current, request });
  }
  return { catalog, table: current };
}

/** The planned files of these names, in their order. */
async function plan(table: CatalogTable, ...names: string[]): Promise<readonly PlannedFile[]> {
  const planned = await Array.fromAsync(planFiles(table));
  return names.map((name) => {
    const found = planned.find((file) => file.dataFile.filePath === dataFile(name).filePath);
    if (found === undefined) throw new Error(`${name} is not live`);
    return found;
  });
}

async function deleteRows(
  { catalog, table }: Opened,
  name: string,
  positions: readonly number[],
): Promise<CatalogTable> {
  const deleteFiles = await writePositionDeletes(table, [{ dataFile: dataFile(name), positions }]);
  return appendToTable({ catalog, table, request: { deleteFiles } });
}

async function manifestsOf({ metadata, fileIo }: CatalogTable): Promise<readonly ManifestFile[]> {
  return readManifestList(fileIo, currentSnapshot(metadata)?.manifestList ?? "");
}

const a = dataFile("a", 10);
const b = dataFile("b", 5);
const c = dataFile("c", 1);
const d = dataFile("d", 11);

describe("rewriteFiles", () => {
  it("replaces files in one snapshot, entries keeping what they were", async () => {
    const { catalog, table } = await openWith([[a, b], [c]]);
    const replacedFiles = await plan(table, "a", "c");
    const request = { replacedFiles, dataFiles: [d], snapshotId: 9n };
    const replaced = await rewriteFiles({ catalog, table, request });
    expect(currentSnapshot(replaced.metadata)).toMatchObject({
      snapshotId: 9n,
      parentSnapshotId: 2n,
      sequenceNumber: 3n,
    });
    expect(currentSnapshot(replaced.metadata)?.summary).toEqual({
      operation: "replace",
      "added-data-files": "1",
      "deleted-data-files": "2",
      "added-records": "11",
      "deleted-records": "11",
      "added-files-size": "1100",
      "removed-files-size": "1100",
      "changed-partition-count": "1",
      "total-data-files": "2",
      "total-records": "16",
      "total-files-size": "1600",
      "total-delete-files": "0",
      "total-position-deletes": "0",
      "total-equality-deletes": "0",
      "engine-name": "salon",
      "engine-version": "0.1.0",
    });
    const manifests = await manifestsOf(replaced);
    const count = { addedFilesCount: 0, existingFilesCount: 0, deletedFilesCount: 0 };
    const own = { addedSnapshotId: 9n, sequenceNumber: 3n };
    expect(manifests).toMatchObject([
      { ...own, ...count, addedFilesCount: 1, addedRowsCount: 11, minSequenceNumber: 2n },
      { ...own, ...count, deletedFilesCount: 1, deletedRowsCount: 1, minSequenceNumber: 3n },
      {
        ...own,
        ...count,
        existingFilesCount: 1,
        existingRowsCount: 5,
        deletedFilesCount: 1,
        deletedRowsCount: 10,
        minSequenceNumber: 1n,
      },
    ]);
    const entries = manifests.map((manifest) => readManifest(replaced.fileIo, manifest));
    const first = { sequenceNumber: 1n, fileSequenceNumber: 1n };
    expect((await Promise.all(entries)).flat()).toMatchObject([
      // As old as the snapshot that was planned, in a file of this one.
      { status: "added", snapshotId: 9n, sequenceNumber: 2n, fileSequenceNumber: 3n, dataFile: d },
      {
        status: "deleted",
        snapshotId: 9n,
        sequenceNumber: 2n,
        fileSequenceNumber: 2n,
        dataFile: c,
      },
      { status: "deleted", snapshotId: 9n, ...first, dataFile: a },
      { status: "existing", snapshotId: 1n, ...first, dataFile: b },
    ]);
  });

  it("carries other manifests over as they are, and none that tells of deletions alone", async () => {
    const { catalog, table } = await openWith([[a], [b], [c]]);
    const before = await manifestsOf(table);
    const request = { replacedFiles: await plan(table, "b"), dataFiles: [dataFile("e", 5)] };
    const replaced = await rewriteFiles({ catalog, table, request });
    const manifests = await manifestsOf(replaced);
    expect(manifests).toHaveLength(4);
    expect(manifests).toEqual(expect.arrayContaining([before[0], before[2]]));
    expect(manifests.map(({ manifestPath }) => manifestPath)).not.toContain(
      before[1]?.manifestPath,
    );
    const later = await appendToTable({ catalog, table: replaced, request: {} });
    const carried = manifests.filter(({ deletedFilesCount }) => deletedFilesCount === 0);
    expect(await manifestsOf(later)).toEqual(carried);
  });

  it("leaves out of a manifest what an earlier snapshot deleted", async () => {
    const { catalog, table } = await openWith([[a, b, c]]);
    const first = { replacedFiles: await plan(table, "a"), dataFiles: [dataFile("a2", 10)] };
    const once = await rewriteFiles({ catalog, table, request: first });
    const second = { replacedFiles: await plan(once, "b"), dataFiles: [dataFile("b2", 5)] };
    const twice = await rewriteFiles({ catalog, table: once, request: second });
    const rewritten = (await manifestsOf(twice)).find((manifest) => manifest.deletedFilesCount > 0);
    if (rewritten === undefined) throw new Error("no manifest");
    expect(await readManifest(twice.fileIo, rewritten)).toMatchObject([
      { status: "deleted", dataFile: b },
      { status: "existing", dataFile: c },
    ]);
  });

  it("merges manifests as the table says, what is deleted staying so in this snapshot", async () => {
    const properties = { "commit.manifest.min-count-to-merge": "3" };
    const { catalog, table } = await openWith([[a, b], [c]], properties);
    const request = { replacedFiles: await plan(table, "a"), dataFiles: [dataFile("e", 10)] };
    const replaced = await rewriteFiles({ catalog, table, request });
    const [merged, ...others] = await manifestsOf(replaced);
    if (merged === undefined) throw new Error("no manifest");
    expect(others).toEqual([]);
    const snapshotId = currentSnapshot(replaced.metadata)?.snapshotId;
    expect(await readManifest(replaced.fileIo, merged)).toMatchObject([
      { status: "added", snapshotId, sequenceNumber: 2n, fileSequenceNumber: 3n },
      { status: "existing", snapshotId: 2n, sequenceNumber: 2n, dataFile: c },
      { status: "deleted", snapshotId, sequenceNumber: 1n, dataFile: a },
      { status: "existing", snapshotId: 1n, sequenceNumber: 1n, dataFile: b },
    ]);
    const [later] = await manifestsOf(
      await appendToTable({ catalog, table: replaced, request: { dataFiles: [d] } }),
    );
    if (later === undefined) throw new Error("no manifest");
    expect(later).toMatchObject({ addedFilesCount: 1, existingFilesCount: 0 });
  });

  it("takes deleted rows away, each once", async () => {
    const { catalog, table } = await openWith([[a]]);
    const deleted = await deleteRows({ catalog, table }, "a", [0, 3]);
    const twice = await deleteRows({ catalog, table: deleted }, "a", [3, 9, 10]);
    const replacedFiles = await plan(twice, "a");
    const rewrite = (recordCount: number): Promise<CatalogTable> => {
      const request = { replacedFiles, dataFiles: [dataFile("e", recordCount)] };
      return rewriteFiles({ catalog, table: twice, request });
    };
    await expect(rewrite(10)).rejects.toMatchObject({ code: "VALUE_INVALID" });
    await expect(rewrite(6)).rejects.toMatchObject({ code: "VALUE_INVALID" });
    const replaced = await rewrite(7);
    expect(currentSnapshot(replaced.metadata)?.summary).toMatchObject({
      "deleted-records": "10",
      "added-records": "7",
      "total-records": "7",
      // They are of a file that is gone, and of no effect.
      "total-position-deletes": "5",
    });
  });

  it("removes files of which no row is left", async () => {
    const { catalog, table } = await openWith([[c], [b]]);
    const deleted = await deleteRows({ catalog, table }, "c", [0]);
    const request = { replacedFiles: await plan(deleted, "c"), dataFiles: [] };
    const replaced = await rewriteFiles({ catalog, table: deleted, request });
    const left = await Array.fromAsync(planFiles(replaced));
    expect(left.map((planned) => planned.dataFile)).toEqual([b]);
  });

  it.each([
    ["nothing", { replacedFiles: [], dataFiles: [a] }],
    ["rows that are not there", { dataFiles: [d] }],
    ["fewer rows", { dataFiles: [] }],
    ["a file by itself", { dataFiles: [a] }],
    ["by one file twice", { dataFiles: [b, b] }],
    ["by deletes", { dataFiles: [{ ...dataFile("e", 10), content: "position-deletes" as const }] }],
  ])("refuses to replace %s", async (_, wrong) => {
    const { catalog, table } = await openWith([[a]]);
    const request = { replacedFiles: await plan(table, "a"), ...wrong };
    const rewrite = rewriteFiles({ catalog, table, request });
    await expect(rewrite).rejects.toMatchObject({ code: "VALUE_INVALID" });
    expect((await catalog.loadTable(identifier)).metadata.currentSnapshotId).toBe(1n);
  });

  it("refuses a file twice, and one that is in the table twice", async () => {
    const { catalog, table } = await openWith([[a], [a]]);
    const [first, second] = await Array.fromAsync(planFiles(table));
    if (first === undefined || second === undefined) throw new Error("no files");
    const twice = { replacedFiles: [first, second], dataFiles: [dataFile("e", 20)] };
    await expect(rewriteFiles({ catalog, table, request: twice })).rejects.toMatchObject({
      code: "VALUE_INVALID",
    });
    const both = await openWith([[a, a]]);
    const request = { replacedFiles: [second], dataFiles: [dataFile("e", 10)] };
    const replacedFiles = [{ ...second, sequenceNumber: 1n }];
    await expect(
      rewriteFiles({ ...both, request: { ...request, replacedFiles } }),
    ).rejects.toMatchObject({ code: "METADATA_INVALID" });
  });
});

describe("expireSnapshots after rewriteFiles", () => {
  it("deletes replaced files once no snapshot has them, and never before", async () => {
    const { catalog, table } = await openWith([[a, b], [c]]);
    for (const file of [a, b, c, d]) await table.fileIo.write(file.filePath, new Uint8Array(1));
    const request = { replacedFiles: await plan(table, "a", "c"), dataFiles: [d] };
    let current = await rewriteFiles({ catalog, table, request });
    const tagged = await catalog.commitTable(current, {
      requirements: [],
      updates: [
        { action: "set-snapshot-ref", refName: "kept", ref: { type: "tag", snapshotId: 1n } },
      ],
    });
    if (tagged.kind !== "committed") throw new Error(tagged.kind);
    current = await appendToTable({ catalog, table: tagged.table, request: {} });
    const expire = async (): Promise<readonly string[]> => {
      const { deleted } = await expireSnapshots({
        catalog,
        table: await catalog.loadTable(identifier),
        retention: { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 1 },
        deleteDataFiles: true,
        components: { nowMs: () => Date.UTC(2100, 0, 1) },
      });
      return deleted.dataFiles;
    };
    // The tag is of a snapshot that has a, and not yet c.
    expect(await expire()).toEqual([c.filePath]);
    await catalog.commitTable(await catalog.loadTable(identifier), {
      requirements: [],
      updates: [{ action: "remove-snapshot-ref", refName: "kept" }],
    });
    expect(await expire()).toEqual([a.filePath]);
    const there = await Promise.all([a, b, c, d].map((file) => table.fileIo.stat(file.filePath)));
    expect(there.map((stat) => stat !== undefined)).toEqual([false, true, false, true]);
    const left = await Array.fromAsync(planFiles(await catalog.loadTable(identifier)));
    expect(left.map((planned) => planned.dataFile)).toEqual([d, b]);
  });
});
