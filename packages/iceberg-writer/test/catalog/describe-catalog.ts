import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Catalog, CatalogTable, TableCommit } from "../../src/catalog/catalog.ts";
import type { TableIdentifier } from "../../src/catalog/table-identifier.ts";
import type { Schema } from "../../src/spec/schema.ts";
import type { Snapshot } from "../../src/spec/snapshot.ts";
import type { TableRequirement } from "../../src/spec/table-requirement.ts";

/** A catalog under test, with a namespace that nobody else uses. */
export interface CatalogUnderTest extends AsyncDisposable {
  readonly catalog: Catalog;
  /** A second client of the same tables, as another process would have it. */
  readonly rival: Catalog;
  readonly namespace: readonly string[];
  /**
   * What a server of others is known to lack; the tests hold it to that. `history`: only the
   * current snapshot of a table is kept. `absentRef`: that a ref is asserted to be absent is not
   * checked.
   */
  readonly lacks?: readonly ("history" | "absentRef")[];
}

const schema: Schema = {
  schemaId: 0,
  fields: [
    { id: 7, name: "customer_id", required: false, type: { kind: "int" } },
    { id: 3, name: "comment", required: false, type: { kind: "string" } },
  ],
};

/** A commit that appends a snapshot without files to the main branch of a base. */
export function snapshotCommit(table: CatalogTable, snapshotId: bigint): TableCommit {
  const { metadata } = table;
  const main = metadata.refs["main"];
  const snapshot: Snapshot = {
    snapshotId,
    ...(main === undefined ? {} : { parentSnapshotId: main.snapshotId }),
    sequenceNumber: metadata.lastSequenceNumber + 1n,
    timestampMs: Math.max(Date.now(), metadata.lastUpdatedMs),
    manifestList: `${metadata.location}/metadata/snap-${snapshotId}.avro`,
    summary: { operation: "append" },
    schemaId: metadata.currentSchemaId,
  };
  return {
    requirements: [
      { type: "assert-table-uuid", uuid: metadata.tableUuid },
      main === undefined
        ? { type: "assert-ref-snapshot-id", ref: "main" }
        : { type: "assert-ref-snapshot-id", ref: "main", snapshotId: main.snapshotId },
    ],
    updates: [
      { action: "add-snapshot", snapshot },
      { action: "set-snapshot-ref", refName: "main", ref: { snapshotId, type: "branch" } },
    ],
  };
}

/** What every {@link Catalog} must do. */
export function describeCatalog(name: string, open: () => Promise<CatalogUnderTest>): void {
  describe(`${name} as a Catalog`, () => {
    let opened: CatalogUnderTest;
    let catalog: Catalog;

    beforeAll(async () => {
      opened = await open();
      catalog = opened.catalog;
      await catalog.ensureNamespace(opened.namespace);
      await catalog.ensureNamespace(opened.namespace);
    });

    afterAll(async () => {
      await opened[Symbol.asyncDispose]();
    });

    const identify = (table: string): TableIdentifier => ({
      namespace: opened.namespace,
      name: table,
    });
    const lacks = (what: "history" | "absentRef"): boolean => opened.lacks?.includes(what) ?? false;
    const create = (table: string): Promise<CatalogTable> =>
      catalog.createTable(identify(table), { schema });

    it("creates a table with fresh field ids and loads it", async () => {
      const identifier = identify("created");
      expect(await catalog.tableExists(identifier)).toBe(false);
      const created = await catalog.createTable(identifier, {
        schema,
        partitionSpec: {
          specId: 0,
          fields: [{ sourceId: 3, fieldId: 1000, name: "c", transform: { kind: "identity" } }],
        },
        properties: { owner: "salon" },
      });
      const loaded = await catalog.loadTable(identifier);
      expect(loaded.metadata).toEqual(created.metadata);
      const { metadata } = loaded;
      expect(metadata.formatVersion).toBe(2);
      expect(metadata.schemas[0]?.fields.map((field) => [field.id, field.name])).toEqual([
        [1, "customer_id"],
        [2, "comment"],
      ]);
      expect(metadata.partitionSpecs[0]?.fields).toEqual([
        { sourceId: 2, fieldId: 1000, name: "c", transform: { kind: "identity" } },
      ]);
      expect(metadata.properties["owner"]).toBe("salon");
      expect(metadata.refs).toEqual({});
      expect(metadata.currentSnapshotId).toBeUndefined();
      expect(await catalog.tableExists(identifier)).toBe(true);
      expect(await opened.rival.tableExists(identifier)).toBe(true);
    });

    it("tells a missing table and one that exists already", async () => {
      await create("twice");
      await expect(create("twice")).rejects.toMatchObject({ code: "TABLE_ALREADY_EXISTS" });
      await expect(catalog.loadTable(identify("missing"))).rejects.toMatchObject({
        code: "TABLE_NOT_FOUND",
      });
      await expect(catalog.dropTable(identify("missing"))).rejects.toMatchObject({
        code: "TABLE_NOT_FOUND",
      });
    });

    it("lets one of two racing creators win", async () => {
      const answers = await Promise.allSettled([
        catalog.createTable(identify("raced"), { schema }),
        opened.rival.createTable(identify("raced"), { schema }),
      ]);
      const lost = answers.filter((answer) => answer.status === "rejected");
      expect(lost.map(({ reason }) => reason)).toMatchObject([{ code: "TABLE_ALREADY_EXISTS" }]);
    });

    it("lists and drops tables", async () => {
      await create("listed");
      await create("dropped");
      await catalog.dropTable(identify("dropped"), { purge: true });
      const names = (await catalog.listTables(opened.namespace)).map((table) => table.name);
      expect(names).toContain("listed");
      expect(names).not.toContain("dropped");
      expect(await catalog.tableExists(identify("dropped"))).toBe(false);
    });

    it("sets and removes properties", async () => {
      const table = await create("properties");
      const set = await catalog.commitTable(table, {
        requirements: [{ type: "assert-table-uuid", uuid: table.metadata.tableUuid }],
        updates: [{ action: "set-properties", updates: { a: "1", b: "2" } }],
      });
      if (set.kind !== "committed") throw new Error(set.kind);
      const removed = await catalog.commitTable(set.table, {
        requirements: [],
        updates: [{ action: "remove-properties", removals: ["a"] }],
      });
      expect(removed).toMatchObject({ kind: "committed" });
      const { properties } = (await opened.rival.loadTable(identify("properties"))).metadata;
      expect(properties["a"]).toBeUndefined();
      expect(properties["b"]).toBe("2");
    });

    it("moves main from nothing to a snapshot, and on", async () => {
      const table = await create("snapshots");
      const first = await catalog.commitTable(table, snapshotCommit(table, 2n ** 62n + 1n));
      if (first.kind !== "committed") throw new Error(first.kind);
      expect(first.table.metadata.currentSnapshotId).toBe(2n ** 62n + 1n);
      const second = await catalog.commitTable(first.table, snapshotCommit(first.table, 12n));
      expect(second).toMatchObject({ kind: "committed" });
      const { metadata } = await opened.rival.loadTable(identify("snapshots"));
      expect(metadata.snapshots.map((snapshot) => snapshot.snapshotId)).toEqual(
        lacks("history") ? [12n] : [2n ** 62n + 1n, 12n],
      );
      expect(metadata.refs["main"]?.snapshotId).toBe(12n);
      expect(metadata.lastSequenceNumber).toBe(2n);
      expect(metadata.snapshotLog).toHaveLength(lacks("history") ? 1 : 2);
    });

    it("applies a commit whose requirements all hold", async () => {
      const table = await create("held");
      const { metadata } = table;
      const outcome = await catalog.commitTable(table, {
        requirements: [
          { type: "assert-table-uuid", uuid: metadata.tableUuid },
          { type: "assert-ref-snapshot-id", ref: "main" },
          { type: "assert-last-assigned-field-id", lastAssignedFieldId: metadata.lastColumnId },
          { type: "assert-current-schema-id", currentSchemaId: metadata.currentSchemaId },
          {
            type: "assert-last-assigned-partition-id",
            lastAssignedPartitionId: metadata.lastPartitionId,
          },
          { type: "assert-default-spec-id", defaultSpecId: metadata.defaultSpecId },
          {
            type: "assert-default-sort-order-id",
            defaultSortOrderId: metadata.defaultSortOrderId,
          },
        ],
        updates: [{ action: "set-properties", updates: { held: "yes" } }],
      });
      expect(outcome).toMatchObject({ kind: "committed" });
    });

    const violated: readonly TableRequirement[] = [
      { type: "assert-create" },
      { type: "assert-table-uuid", uuid: "00000000-0000-4000-8000-000000000000" },
      { type: "assert-ref-snapshot-id", ref: "main", snapshotId: 1n },
      { type: "assert-last-assigned-field-id", lastAssignedFieldId: 99 },
      { type: "assert-current-schema-id", currentSchemaId: 99 },
      { type: "assert-last-assigned-partition-id", lastAssignedPartitionId: 2000 },
      { type: "assert-default-spec-id", defaultSpecId: 99 },
      { type: "assert-default-sort-order-id", defaultSortOrderId: 99 },
    ];
    it.each(violated)("answers conflict where $type does not hold", async (requirement) => {
      const table = await create(`violated_${requirement.type.replaceAll("-", "_")}`);
      const outcome = await catalog.commitTable(table, {
        requirements: [requirement],
        updates: [{ action: "set-properties", updates: { violated: "yes" } }],
      });
      expect(outcome.kind).toBe("conflict");
      const { properties } = (await catalog.loadTable(table.identifier)).metadata;
      expect(properties["violated"]).toBeUndefined();
    });

    it("answers conflict where main is asserted to be absent and is not", async () => {
      const table = await create("main_absent");
      const first = await catalog.commitTable(table, snapshotCommit(table, 1n));
      expect(first.kind).toBe("committed");
      const second = await catalog.commitTable(table, snapshotCommit(table, 2n));
      expect(second.kind).toBe(lacks("absentRef") ? "committed" : "conflict");
      const { metadata } = await catalog.loadTable(table.identifier);
      expect(metadata.currentSnapshotId).toBe(lacks("absentRef") ? 2n : 1n);
    });

    it("lets one of several concurrent commits win, round after round", async () => {
      let table = await create("concurrent");
      if (lacks("absentRef")) {
        const first = await catalog.commitTable(table, snapshotCommit(table, 1000n));
        if (first.kind !== "committed") throw new Error(first.kind);
        ({ table } = first);
      }
      for (let round = 0; round < 3; round += 1) {
        const seen = await opened.rival.loadTable(table.identifier);
        const ids = [0, 1, 2, 3].map((writer) => BigInt(1 + round * 10 + writer));
        const outcomes = await Promise.all(
          ids.map((id, writer) =>
            writer % 2 === 0
              ? catalog.commitTable(table, snapshotCommit(table, id))
              : opened.rival.commitTable(seen, snapshotCommit(seen, id)),
          ),
        );
        expect(outcomes.map(({ kind }) => kind).sort()).toEqual([
          "committed",
          "conflict",
          "conflict",
          "conflict",
        ]);
        const winner = ids[outcomes.findIndex(({ kind }) => kind === "committed")];
        table = await catalog.loadTable(table.identifier);
        expect(table.metadata.currentSnapshotId).toBe(winner);
        expect(table.metadata.snapshots).toHaveLength(lacks("history") ? 1 : round + 1);
      }
    });

    it("never applies a snapshot id twice", async () => {
      const table = await create("reused_id");
      const first = await catalog.commitTable(table, snapshotCommit(table, 5n));
      if (first.kind !== "committed") throw new Error(first.kind);
      const again = await catalog
        .commitTable(first.table, snapshotCommit(first.table, 5n))
        .then(({ kind }) => kind)
        .catch(() => "refused");
      expect(lacks("history") ? ["committed"] : ["conflict", "refused"]).toContain(again);
      const { metadata } = await catalog.loadTable(table.identifier);
      expect(metadata.snapshots).toHaveLength(1);
      expect(metadata.lastSequenceNumber).toBe(lacks("history") ? 2n : 1n);
    });

    it("refuses names that would lead elsewhere", async () => {
      await expect(catalog.createTable(identify("../outside"), { schema })).rejects.toMatchObject({
        code: "SETTINGS_INVALID",
      });
    });

    it("sends nothing under an aborted signal", async () => {
      const table = await create("aborted");
      const signal = AbortSignal.abort();
      await expect(
        catalog.commitTable(table, snapshotCommit(table, 1n), { signal }),
      ).rejects.toThrow(/abort/iu);
      expect((await catalog.loadTable(table.identifier)).metadata.snapshots).toEqual([]);
    });
  });
}
