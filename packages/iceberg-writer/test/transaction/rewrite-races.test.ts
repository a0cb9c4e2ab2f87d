import { describe, expect, it } from "vitest";

import type { Catalog, CatalogTable } from "../../src/catalog/catalog.ts";
import { planFiles } from "../../src/scan/plan-files.ts";
import type { DataFile } from "../../src/spec/data-file.ts";
import { currentSnapshot } from "../../src/spec/table-metadata.ts";
import type { TableMetadata } from "../../src/spec/table-metadata.ts";
import { expireSnapshots } from "../../src/transaction/expire-snapshots.ts";
import { rewriteFiles } from "../../src/transaction/rewrite-files.ts";
import { writePositionDeletes } from "../../src/writer/position-delete-writer.ts";
import { a, addDeletes, append, b, liveNames, openPlanned, whole } from "./planned-rewrite.ts";
import type { PlannedRewrite } from "./planned-rewrite.ts";
import { avroFiles, dataFile, identifier, scriptCommits } from "./table-under-test.ts";
import type { CommitScript } from "./table-under-test.ts";

async function deleteRow(catalog: Catalog, file: DataFile): Promise<CatalogTable> {
  const table = await catalog.loadTable(identifier);
  const deleted = [{ dataFile: file, positions: [0] }];
  return addDeletes(catalog, ...(await writePositionDeletes(table, deleted)));
}

async function rollBackTo(catalog: Catalog, { metadata }: CatalogTable): Promise<void> {
  const snapshotId = currentSnapshot(metadata)?.snapshotId ?? 0n;
  const ref = { type: "branch", snapshotId } as const;
  await catalog.commitTable(await catalog.loadTable(identifier), {
    requirements: [],
    updates: [{ action: "set-snapshot-ref", refName: "main", ref }],
  });
}

describe("rewriteFiles beside others", () => {
  it("keeps what they append, and leaves nothing of the attempt that lost", async () => {
    const { catalog, table, options } = await openPlanned();
    const bases: (bigint | undefined)[] = [];
    const prepare = async (base: TableMetadata): Promise<object> => {
      bases.push(base.currentSnapshotId);
      if (bases.length === 1) await append(catalog, dataFile("c"));
      return { summary: { attempt: String(bases.length) } };
    };
    const before = await avroFiles(table);
    const replaced = await rewriteFiles({ ...options, request: { ...options.request, prepare } });
    expect(bases).toHaveLength(2);
    expect(currentSnapshot(replaced.metadata)).toMatchObject({
      sequenceNumber: 3n,
      parentSnapshotId: bases[1],
      summary: { attempt: "2", "total-data-files": "2", "total-records": "25" },
    });
    expect(await liveNames(catalog)).toEqual(["c", "whole"]);
    // Two files of the append; a manifest of the added file, one without the replaced ones, a list.
    expect(await avroFiles(table)).toHaveLength(before.length + 2 + 3);
  });

  it.each([
    [
      "replaced a file",
      async ({ catalog, table, replacedFiles }: PlannedRewrite) => {
        const replaced = replacedFiles.filter(
          (planned) => planned.dataFile.filePath === b.filePath,
        );
        const request = { replacedFiles: replaced, dataFiles: [dataFile("b2", 5)] };
        await rewriteFiles({ catalog, table, request });
      },
      ["a", "b2"],
    ],
    ["deleted a row", ({ catalog }: PlannedRewrite) => deleteRow(catalog, b), ["a", "b"]],
    [
      "deleted a row with others of files that are not replaced",
      async ({ catalog }: PlannedRewrite) => {
        const table = await append(catalog, dataFile("c"));
        const rows = [dataFile("c"), a].map((file) => ({ dataFile: file, positions: [1] }));
        await addDeletes(catalog, ...(await writePositionDeletes(table, rows)));
      },
      ["a", "b", "c"],
    ],
  ])("changes nothing where they %s", async (_, meddle, left) => {
    const planned = await openPlanned();
    const { catalog, table, options } = planned;
    await meddle(planned);
    const before = await avroFiles(table);
    const rewrite = rewriteFiles(options);
    await expect(rewrite).rejects.toMatchObject({
      code: "REPLACED_FILES_CHANGED",
      retryable: false,
    });
    expect(await liveNames(catalog)).toEqual(left);
    expect(await avroFiles(table)).toEqual(before);
    expect(await table.fileIo.stat(whole.filePath)).toBeUndefined();
  });

  it("changes nothing where a file is another one of the same name", async () => {
    // The new ones are in a manifest with one that is as old as those that were planned.
    const properties = { "commit.manifest.min-count-to-merge": "1" };
    const { catalog, table, replacedFiles, options } = await openPlanned(properties);
    const request = { replacedFiles, dataFiles: [dataFile("moved", 15)] };
    await rewriteFiles({ catalog, table, request });
    await append(catalog, a, b);
    await expect(rewriteFiles(options)).rejects.toMatchObject({ code: "REPLACED_FILES_CHANGED" });
    expect(await liveNames(catalog)).toEqual(["a", "b", "moved"]);
  });

  it("goes on where they expired the snapshot that was planned", async () => {
    const { catalog, options } = await openPlanned();
    await expireSnapshots({
      catalog,
      table: await append(catalog, dataFile("c")),
      retention: { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 1 },
      components: { nowMs: () => Date.UTC(2100, 0, 1) },
    });
    await rewriteFiles(options);
    expect(await liveNames(catalog)).toEqual(["c", "whole"]);
  });

  it("goes on where they deleted rows of other files, of the same partition too", async () => {
    const { catalog, options } = await openPlanned();
    await append(catalog, dataFile("c"), dataFile("e"));
    const table = await catalog.loadTable(identifier);
    // Of two files, so that nothing but its rows tells which they are.
    const rows = [dataFile("c"), dataFile("e")].map((file) => ({ dataFile: file, positions: [1] }));
    await addDeletes(catalog, ...(await writePositionDeletes(table, rows)));
    await rewriteFiles(options);
    expect(await liveNames(catalog)).toEqual(["c", "e", "whole"]);
  });

  it("changes nothing where rows are back that were deleted when it was planned", async () => {
    const { catalog, table, options } = await openPlanned();
    const deleted = await deleteRow(catalog, a);
    const replacedFiles = await Array.fromAsync(planFiles(deleted));
    await rollBackTo(catalog, table);
    const request = { replacedFiles, dataFiles: [dataFile("whole", 14)] };
    const rewrite = rewriteFiles({ ...options, table: deleted, request });
    await expect(rewrite).rejects.toMatchObject({ code: "REPLACED_FILES_CHANGED" });
    expect(await liveNames(catalog)).toEqual(["a", "b"]);
  });
});

const lost: CommitScript = async () => ({ kind: "unknown", cause: new Error("time-out") });

describe("rewriteFiles over a bad network", () => {
  it("finds a commit whose answer was lost, once", async () => {
    const { catalog, options } = await openPlanned();
    const scripted = scriptCommits(catalog, [
      async (apply) => {
        await apply();
        return { kind: "unknown", cause: new Error("connection reset") };
      },
    ]);
    const replaced = await rewriteFiles({ ...options, catalog: scripted });
    expect(replaced.metadata.snapshots).toHaveLength(2);
    expect(await liveNames(catalog)).toEqual(["whole"]);
    // The same snapshot once more is there already.
    const snapshotId = currentSnapshot(replaced.metadata)?.snapshotId;
    const again = { ...options, table: replaced, request: { ...options.request, snapshotId } };
    expect((await rewriteFiles(again)).metadata.snapshots).toHaveLength(2);
    expect(await replaced.fileIo.stat(whole.filePath)).toBeDefined();
  });

  it("sends again what was lost on its way", async () => {
    const { catalog, options } = await openPlanned();
    const scripted = scriptCommits(catalog, [
      lost,
      async () => ({ kind: "conflict", reason: "main has moved" }),
    ]);
    await rewriteFiles({ ...options, catalog: scripted });
    expect(await liveNames(catalog)).toEqual(["whole"]);
  });

  it("deletes nothing while the outcome of an attempt is open", async () => {
    const { catalog, table, options } = await openPlanned({
      "commit.retry.num-retries": "1",
      "commit.status-check.num-retries": "0",
    });
    const rewrite = rewriteFiles({ ...options, catalog: scriptCommits(catalog, [lost, lost]) });
    await expect(rewrite).rejects.toMatchObject({ code: "COMMIT_STATE_UNKNOWN" });
    expect(await table.fileIo.stat(whole.filePath)).toBeDefined();
    // The append's two; the manifests of what is added and of what is replaced, and two lists.
    expect(await avroFiles(table)).toHaveLength(2 + 2 + 2);
  });

  it("deletes nothing where an attempt without an answer was overtaken", async () => {
    const { catalog, table, options } = await openPlanned();
    const scripted = scriptCommits(catalog, [
      async () => {
        await deleteRow(catalog, a);
        return { kind: "unknown", cause: new Error("time-out") };
      },
    ]);
    await expect(rewriteFiles({ ...options, catalog: scripted })).rejects.toMatchObject({
      code: "REPLACED_FILES_CHANGED",
    });
    expect(await table.fileIo.stat(whole.filePath)).toBeDefined();
    expect(await liveNames(catalog)).toEqual(["a", "b"]);
  });

  it.each([true, false])("deletes added files only where it may: %s", async (mayDelete) => {
    const { catalog, table, options } = await openPlanned({ "commit.retry.num-retries": "0" });
    const before = await avroFiles(table);
    const scripted = scriptCommits(catalog, [
      async () => {
        await append(catalog, dataFile("c"));
        return { kind: "conflict", reason: "main has moved" };
      },
    ]);
    const deleteDataFilesOnFailure = mayDelete;
    const rewrite = rewriteFiles({ ...options, catalog: scripted, deleteDataFilesOnFailure });
    await expect(rewrite).rejects.toMatchObject({ code: "COMMIT_RETRIES_EXHAUSTED" });
    expect((await table.fileIo.stat(whole.filePath)) === undefined).toBe(mayDelete);
    expect(await avroFiles(table)).toHaveLength(before.length + 2);
  });
});
