import { randomUUID } from "node:crypto";

import { sortRows, useSharedReader, useSharedServices } from "@salon/testkit";
import type { CatalogReference, Engine } from "@salon/testkit";
import { describe, expect, it } from "vitest";

import {
  appendToTable,
  createTable,
  currentSnapshot,
  definePartitionSpec,
  defineSchema,
  openCatalog,
  openTable,
} from "../src/index.ts";
import type { CatalogSettings } from "../src/index.ts";

const { s3, bucket, restCatalog } = useSharedServices();
const engines: readonly Engine[] = ["pyiceberg", "duckdb", "spark"];
const prefix = `table_${randomUUID().replaceAll("-", "")}`;
const storage = {
  "s3.endpoint": s3.endpoint,
  "s3.access-key-id": s3.accessKeyId,
  "s3.secret-access-key": s3.secretAccessKey,
  "client.region": s3.region,
};
const warehouse = `s3a://${bucket}/${prefix}`;

const catalogs: readonly {
  readonly name: string;
  readonly settings: CatalogSettings;
  readonly reference: CatalogReference;
}[] = [
  {
    name: "hadoop",
    settings: { type: "hadoop", warehouse, ...storage },
    reference: { kind: "hadoop", warehouse, s3 },
  },
  {
    name: "rest",
    settings: { type: "rest", ...restCatalog, ...storage },
    reference: { kind: "rest", ...restCatalog, s3 },
  },
];

const schema = defineSchema({ id: "long", comment: "string" });
const comments = ["ab", "cd", null];
const rowOf = (id: number): { id: bigint; comment: string | null } => ({
  id: BigInt(id),
  comment: comments[id % comments.length] ?? null,
});
const writersCount = 3;
const appendsCount = 4;
const expected = Array.from({ length: writersCount * appendsCount }, (_, id) => rowOf(id));

describe.each(catalogs)("a table of a $name catalog", ({ name, settings, reference }) => {
  it("holds what rivals appended, merged, expired and followed by an empty append", async () => {
    const table = `${prefix}.${name}`;
    await using catalog = await openCatalog(settings);
    const created = await createTable(catalog, table, {
      schema,
      partitionSpec: definePartitionSpec(schema, { letter: "truncate[1](comment)" }),
      properties: {
        "commit.manifest.min-count-to-merge": "4",
        "commit.retry.num-retries": "100",
        "commit.retry.max-wait-ms": "500",
      },
    });
    await Promise.all(
      Array.from({ length: writersCount }, async (_, writer) => {
        await using own = await openCatalog(settings);
        const opened = await openTable(own, table);
        for (let append = 0; append < appendsCount; append += 1) {
          await opened.append([rowOf(writer * appendsCount + append)]);
        }
      }),
    );
    await created.refresh();
    expect(created.metadata.snapshots).toHaveLength(writersCount * appendsCount);
    const { expired } = await created.expireSnapshots({
      retention: { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 2 },
    });
    expect(expired.snapshotIds).toHaveLength(writersCount * appendsCount - 2);
    const last = await appendToTable({ catalog, table: created.catalogTable, request: {} });
    expect(currentSnapshot(last.metadata)?.summary).toMatchObject({
      "total-records": String(expected.length),
    });
    for (const engine of engines) {
      await using reader = await useSharedReader(engine);
      const rows = await reader.readTable({ catalog: reference, table });
      expect({ engine, rows: sortRows(rows, "id") }).toEqual({ engine, rows: expected });
    }
  });

  it("is read with an empty manifest list alone", async () => {
    const table = `${prefix}.${name}_empty`;
    await using catalog = await openCatalog(settings);
    const { catalogTable } = await createTable(catalog, table, { schema });
    await appendToTable({ catalog, table: catalogTable, request: {} });
    for (const engine of engines) {
      await using reader = await useSharedReader(engine);
      const rows = await reader.readTable({ catalog: reference, table });
      expect({ engine, rows }).toEqual({ engine, rows: [] });
    }
  });
});
