import { describe, expect, it } from "vitest";
import { openCatalog } from "../../src/catalog/open-catalog.ts";
import { scanTable } from "../../src/scan/table-scan.ts";
import { appendToTable } from "../../src/transaction/append-to-table.ts";
import {
  readDetachedManifest,
  writeDetachedManifest,
} from "../../src/transaction/detached-manifest.ts";
import { batchFromRows } from "../../src/writer/batch-from-rows.ts";
import { openTableWriter } from "../../src/writer/table-writer.ts";

describe("a detached manifest", () => {
  it("becomes part of the snapshot that appends it, with the counts it was written with", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const schema = {
      schemaId: 0,
      fields: [
        { id: 1, name: "day", required: false, type: { kind: "int" } },
        { id: 2, name: "text", required: false, type: { kind: "string" } },
      ],
    } as const;
    const table = await catalog.createTable(
      { namespace: [], name: "t" },
      {
        schema,
        partitionSpec: {
          specId: 0,
          fields: [{ sourceId: 1, fieldId: 1000, name: "day", transform: { kind: "identity" } }],
        },
      },
    );
    await using writer = openTableWriter({ table });
    await writer.write(
      batchFromRows(schema, [
        { day: 1, text: "a" },
        { day: 2, text: "b" },
        { day: null, text: "c" },
      ]),
    );
    const written = await writeDetachedManifest(table, await writer.close());
    expect(written).toMatchObject({ addedFilesCount: 3, addedRowsCount: 3 });
    const read = await readDetachedManifest(table, written);
    expect(read).toEqual(written);
    const appended = await appendToTable({ catalog, table, request: { manifests: [read] } });
    const texts: unknown[] = [];
    for await (const { batch } of scanTable({ table: appended })) texts.push(batch.rowCount);
    expect(texts).toEqual([1, 1, 1]);
    expect(appended.metadata.snapshots[0]?.summary).toMatchObject({
      "added-records": "3",
      "total-records": "3",
    });
  });

  it("that is gone is FILE_NOT_FOUND", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const schema = { schemaId: 0, fields: [] };
    const table = await catalog.createTable({ namespace: [], name: "t" }, { schema });
    const gone = {
      manifestPath: "memory://warehouse/t/metadata/gone.avro",
      manifestLength: 1,
      partitionSpecId: 0,
    };
    await expect(readDetachedManifest(table, gone)).rejects.toMatchObject({
      code: "FILE_NOT_FOUND",
    });
  });
});
