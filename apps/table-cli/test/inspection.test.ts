import { appendToTable, batchFromRows, openCatalog, openTableWriter } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { describe, expect, it } from "vitest";
import { outputJson, plainText } from "../src/command-output.ts";
import { describe as describeOf } from "../src/describe.ts";
import type { TableDescription } from "../src/describe.ts";
import { listFiles } from "../src/list-files.ts";
import type { FileLine } from "../src/list-files.ts";
import { listSnapshots } from "../src/list-snapshots.ts";
import type { SnapshotLine } from "../src/list-snapshots.ts";
import type { TableReference } from "../src/table-reference.ts";

const identifier = { namespace: [], name: "t" };

function reference(catalog: Catalog): TableReference {
  return {
    catalog,
    identifier,
    signal: new AbortController().signal,
    emphasis: plainText,
    onProgress: undefined,
  };
}

async function createTable(catalog: Catalog): Promise<void> {
  await catalog.createTable(identifier, {
    schema: {
      schemaId: 0,
      fields: [
        { id: 1, name: "id", required: true, type: { kind: "long" } },
        { id: 2, name: "day", required: false, type: { kind: "string" } },
      ],
    },
    partitionSpec: {
      specId: 0,
      fields: [{ sourceId: 2, fieldId: 1000, name: "day", transform: { kind: "identity" } }],
    },
    properties: { "write.parquet.compression-codec": "zstd" },
  });
}

async function append(catalog: Catalog, ids: readonly number[], day: string): Promise<void> {
  const table = await catalog.loadTable(identifier);
  const schema = table.metadata.schemas[0];
  if (schema === undefined) throw new Error("no schema");
  await using writer = openTableWriter({ table });
  await writer.write(
    batchFromRows(
      schema,
      ids.map((id) => ({ id: BigInt(id), day })),
    ),
  );
  await appendToTable({ catalog, table, request: { dataFiles: await writer.close() } });
}

describe("description", () => {
  it("says what an empty table is", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    await createTable(catalog);
    const output = await describeOf(reference(catalog));
    expect(output.data).toMatchObject({
      table: "t",
      formatVersion: 2,
      snapshots: 0,
      columns: [
        { id: 1, name: "id", type: "long", isRequired: true },
        { id: 2, name: "day", type: "string", isRequired: false },
      ],
      partitionFields: [{ name: "day", transform: "identity(day)" }],
      properties: { "write.parquet.compression-codec": "zstd" },
      sources: [],
    });
    expect(output.text).toContain("current         no snapshot\n");
    expect(output.text).toContain("\npartitioned by\n  day  identity(day)\n");
  });

  it("lets no name or property command the terminal", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    await catalog.createTable(identifier, {
      schema: {
        schemaId: 0,
        fields: [{ id: 1, name: "a\u001b[2J", required: false, type: { kind: "long" } }],
      },
      properties: { "owner\u009b1m": "b\n\u001b]0;title\u0007" },
    });
    const { text } = await describeOf(reference(catalog));
    expect(text).toContain("a\\u{1b}[2J");
    expect(text).toMatch(/owner\\u\{9b\}1m +b\\u\{a\}\\u\{1b\}\]0;title\\u\{7\}\n/);
  });

  it("counts what the current snapshot holds", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    await createTable(catalog);
    await append(catalog, [1, 2, 3], "2025-01-15");
    const { data, text } = await describeOf(reference(catalog));
    const { current } = data as TableDescription;
    expect(current).toMatchObject({ records: 3, dataFiles: 1 });
    expect(text).toContain(`snapshot ${current?.snapshotId}: 3 rows in 1 files of`);
  });
});

describe("snapshots", () => {
  it("lists the newest first", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    await createTable(catalog);
    expect((await listSnapshots(reference(catalog))).text).toBe("no snapshots\n");
    await append(catalog, [1, 2], "2025-01-15");
    await append(catalog, [3], "2025-01-16");
    const { data, text } = await listSnapshots(reference(catalog));
    const [second, first] = data as readonly SnapshotLine[];
    expect(first).toMatchObject({
      sequenceNumber: 1n,
      operation: "append",
      addedRecords: 2,
      totalRecords: 2,
      isInMain: true,
      refs: [],
      engine: "salon",
    });
    expect(second).toMatchObject({
      parentSnapshotId: first?.snapshotId,
      totalRecords: 3,
      refs: ["main"],
    });
    const lines = text.split("\n");
    expect(lines[0]).toMatch(/^ +snapshot  time +operation  added  deleted  rows  engine  refs$/);
    expect(lines[1]).toMatch(/append +1 +0 +3 {2}salon +main$/);
  });
});

describe("files", () => {
  it("lists the files of a snapshot with their partitions", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    await createTable(catalog);
    expect((await listFiles(reference(catalog))).text).toBe("no data files\n");
    await append(catalog, [1, 2], "2025-01-15");
    const [before] = (await listSnapshots(reference(catalog))).data as readonly SnapshotLine[];
    await append(catalog, [3], "2025-01-16");
    const { data, text } = await listFiles(reference(catalog));
    expect(data).toMatchObject([
      { partition: "day=2025-01-16", records: 1, deleteFiles: 0 },
      { partition: "day=2025-01-15", records: 2, deleteFiles: 0 },
    ]);
    expect(text).toMatch(/\n\n2 files, 3 rows, [\d,]+ bytes\n$/);
    const then = await listFiles(reference(catalog), before?.snapshotId);
    expect((then.data as readonly FileLine[]).map(({ records }) => records)).toEqual([2]);
  });

  it("refuses a snapshot that the table does not have", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    await createTable(catalog);
    await expect(listFiles(reference(catalog), 7n)).rejects.toMatchObject({
      code: "USAGE_INVALID",
      message: expect.stringContaining("--snapshot-id 7 is no snapshot of table t"),
    });
  });
});

describe("outputJson", () => {
  it("writes 64-bit integers as texts", () => {
    const data = { snapshotId: 9223372036854775807n, absent: undefined };
    expect(JSON.parse(outputJson({ data, text: "" }))).toEqual({
      snapshotId: "9223372036854775807",
    });
  });
});
