import { describe, expect, it } from "vitest";

import type { Catalog, CatalogTable } from "../../src/catalog/catalog.ts";
import { planFiles } from "../../src/scan/plan-files.ts";
import type { DataFile } from "../../src/spec/data-file.ts";
import { currentSnapshot } from "../../src/spec/table-metadata.ts";
import { rewriteFiles } from "../../src/transaction/rewrite-files.ts";
import { addDeletes, append, liveNames, openPlanned, whole } from "./planned-rewrite.ts";
import { dataFile, identifier } from "./table-under-test.ts";

function equalityDeletes(name: string): DataFile {
  return { ...dataFile(name, 1), content: "equality-deletes", equalityIds: [1] };
}

/** With a second spec, by the one column. */
async function addSpec(catalog: Catalog): Promise<CatalogTable> {
  const outcome = await catalog.commitTable(await catalog.loadTable(identifier), {
    requirements: [],
    updates: [
      {
        action: "add-spec",
        spec: {
          specId: 1,
          fields: [
            { sourceId: 1, fieldId: 1000, name: "customer_id", transform: { kind: "identity" } },
          ],
        },
      },
    ],
  });
  if (outcome.kind !== "committed") throw new Error(outcome.kind);
  return outcome.table;
}

describe("equality deletes and rewriteFiles", () => {
  it("do not go together where they were there when it was planned", async () => {
    const { catalog, options } = await openPlanned();
    const table = await addDeletes(catalog, equalityDeletes("old"));
    const replacedFiles = await Array.fromAsync(planFiles(table));
    const request = { replacedFiles, dataFiles: [whole] };
    await expect(rewriteFiles({ ...options, table, request })).rejects.toMatchObject({
      code: "UNSUPPORTED",
    });
    expect(await liveNames(catalog)).toEqual(["a", "b"]);
  });

  it("are of the added files too where they came meanwhile, and of those alone", async () => {
    const { catalog, table } = await openPlanned();
    await addDeletes(catalog, equalityDeletes("before"));
    const base = await append(catalog, dataFile("c", 3));
    const planned = await Array.fromAsync(planFiles(base));
    // What came before this file was written is not of its rows.
    const replacedFiles = planned.filter((file) => file.deleteFiles.length === 0);
    expect(replacedFiles.map((file) => file.dataFile.recordCount)).toEqual([3]);
    await addDeletes(catalog, equalityDeletes("meanwhile"));
    const request = { replacedFiles, dataFiles: [dataFile("e", 3)] };
    const replaced = await rewriteFiles({ catalog, table: base, request });
    const found = await Array.fromAsync(planFiles(replaced));
    const e = found.find((file) => file.dataFile.filePath === dataFile("e").filePath);
    expect(e?.sequenceNumber).toBe(currentSnapshot(base.metadata)?.sequenceNumber);
    expect(e?.deleteFiles).toMatchObject([{ filePath: dataFile("meanwhile").filePath }]);
    expect(table.metadata.lastSequenceNumber).toBe(1n);
  });

  it("would be lost with a younger file: nothing is changed", async () => {
    const { catalog, options } = await openPlanned();
    const table = await addDeletes(catalog, equalityDeletes("meanwhile"));
    // Planned before the deletes, committed as if it were after them.
    await expect(rewriteFiles({ ...options, table })).rejects.toMatchObject({
      code: "REPLACED_FILES_CHANGED",
    });
    expect(await liveNames(catalog)).toEqual(["a", "b"]);
  });

  it("are of their own partition alone where they came meanwhile", async () => {
    const { catalog } = await openPlanned();
    await addSpec(catalog);
    const [seven, eight] = [7, 8].map((value) => ({ specId: 1, partition: [value] }));
    const files = [
      { ...dataFile("seven"), ...seven },
      { ...dataFile("eight"), ...eight },
    ];
    const table = await append(catalog, ...files);
    const planned = await Array.fromAsync(planFiles(table));
    const replacedFiles = planned.filter(({ dataFile: { specId } }) => specId === 1);
    await addDeletes(catalog, { ...equalityDeletes("of-seven"), ...seven });
    const dataFiles = [
      { ...dataFile("seven2"), ...seven },
      { ...dataFile("eight2"), ...eight },
    ];
    await rewriteFiles({ catalog, table, request: { replacedFiles, dataFiles } });
    const found = await Array.fromAsync(planFiles(await catalog.loadTable(identifier)));
    const deletedOf = found.filter(({ deleteFiles }) => deleteFiles.length > 0);
    expect(deletedOf.map((file) => file.dataFile.filePath)).toEqual([dataFile("seven2").filePath]);
  });

  it("would be lost with files of another spec: nothing is changed", async () => {
    const { catalog, options } = await openPlanned();
    const table = await addSpec(catalog);
    const ofSeven = { specId: 1, partition: [7] };
    // The rows that go to partition 7 come from files without one, which these deletes are not of.
    await addDeletes(catalog, { ...equalityDeletes("of-seven"), ...ofSeven });
    const request = { ...options.request, dataFiles: [{ ...whole, ...ofSeven }] };
    await expect(rewriteFiles({ ...options, table, request })).rejects.toMatchObject({
      code: "REPLACED_FILES_CHANGED",
    });
    const others = { ...options.request, dataFiles: [{ ...whole, specId: 1, partition: [8] }] };
    await rewriteFiles({ ...options, table, request: others });
    expect(await liveNames(catalog)).toEqual(["whole"]);
  });
});
