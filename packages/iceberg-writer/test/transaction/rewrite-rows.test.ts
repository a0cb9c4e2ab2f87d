import { valueAt } from "@salon/columns";
import fc from "fast-check";
import { expect, it } from "vitest";

import type { Catalog, CatalogTable } from "../../src/catalog/catalog.ts";
import { openCatalog } from "../../src/catalog/open-catalog.ts";
import { definePartitionSpec, defineSchema } from "../../src/define-schema.ts";
import { IcebergError } from "../../src/iceberg-error.ts";
import { planFiles } from "../../src/scan/plan-files.ts";
import { scanTable } from "../../src/scan/table-scan.ts";
import { createTable, openTable } from "../../src/table.ts";
import { appendToTable } from "../../src/transaction/append-to-table.ts";
import { expireSnapshots } from "../../src/transaction/expire-snapshots.ts";
import { rewriteFiles } from "../../src/transaction/rewrite-files.ts";
import type { RewriteFilesOptions } from "../../src/transaction/rewrite-files.ts";
import { writePositionDeletes } from "../../src/writer/position-delete-writer.ts";
import type { DeletedRows } from "../../src/writer/position-delete-writer.ts";
import { openTableWriter } from "../../src/writer/table-writer.ts";
import { identifier } from "./table-under-test.ts";

/** What is done to a table; `pick` chooses files and rows, by their places in order. */
type Step =
  | { readonly kind: "append"; readonly rows: number }
  | { readonly kind: "delete" | "plan" | "commit" | "rewrite" | "expire"; readonly pick: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("append" as const), rows: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    kind: fc.constantFrom("delete", "plan", "commit", "rewrite", "rewrite", "expire"),
    pick: fc.nat(),
  }),
);

const schema = defineSchema({ id: "int", day: "string" });

/** A table, the ids that must be in it, and rewrites that are written but not committed. */
class RewrittenTable {
  readonly #catalog: Catalog;
  readonly #ids = new Set<number>();
  readonly #planned: RewriteFilesOptions[] = [];
  #nextId = 0;
  rewrittenCount = 0;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  async do(next: Step): Promise<void> {
    const table = await this.#catalog.loadTable(identifier);
    switch (next.kind) {
      case "append":
        return this.#append(next.rows);
      case "delete":
        return this.#delete(table, next.pick);
      case "plan":
        return this.#plan(table, next.pick);
      case "commit":
        return this.#commit(next.pick);
      case "rewrite":
        await this.#plan(table, next.pick);
        return this.#commit(this.#planned.length - 1);
      case "expire":
        return this.#expire(table);
      default:
        return next satisfies never;
    }
  }

  get expectedIds(): readonly number[] {
    return [...this.#ids].sort((x, y) => x - y);
  }

  async readIds(): Promise<readonly number[]> {
    const table = await this.#catalog.loadTable(identifier);
    const found: number[] = [];
    for await (const { batch } of scanTable({ table, columns: ["id"] })) {
      const [ids] = batch.columns;
      if (ids === undefined) throw new Error("no column");
      for (let row = 0; row < batch.rowCount; row++) found.push(Number(valueAt(ids, row)));
    }
    return found.sort((x, y) => x - y);
  }

  async #append(count: number): Promise<void> {
    const ids = Array.from({ length: count }, () => this.#nextId++);
    const table = await openTable(this.#catalog, identifier);
    await table.append(ids.map((id) => ({ id, day: `2025-01-1${id % 2}` })));
    for (const id of ids) this.#ids.add(id);
  }

  /** Every third row or so, of all files. */
  async #delete(table: CatalogTable, pick: number): Promise<void> {
    const deleted: DeletedRows[] = [];
    for await (const { dataFile, batch, positions } of scanTable({ table, columns: ["id"] })) {
      const [ids] = batch.columns;
      if (ids === undefined) throw new Error("no column");
      const gone: number[] = [];
      for (const [row, position] of [...positions].entries()) {
        const id = Number(valueAt(ids, row));
        if ((id + pick) % 3 !== 0) continue;
        this.#ids.delete(id);
        gone.push(position);
      }
      if (gone.length > 0) deleted.push({ dataFile, positions: gone });
    }
    if (deleted.length === 0) return;
    const deleteFiles = await writePositionDeletes(table, deleted);
    await appendToTable({ catalog: this.#catalog, table, request: { deleteFiles } });
  }

  /** The rows of every second or third file come together in new ones. */
  async #plan(table: CatalogTable, pick: number): Promise<void> {
    const files = await Array.fromAsync(planFiles(table));
    const replacedFiles = files.filter((_, index) => (index + pick) % (2 + (pick % 2)) === 0);
    if (replacedFiles.length === 0) return;
    await using writer = openTableWriter({ table });
    for await (const { batch } of scanTable({ table, files: replacedFiles })) {
      await writer.write(batch);
    }
    const request = { replacedFiles, dataFiles: await writer.close() };
    const options = { catalog: this.#catalog, table, request };
    this.#planned.push({ ...options, deleteDataFilesOnFailure: true });
  }

  /** However much was done since it was planned. */
  async #commit(pick: number): Promise<void> {
    const [options] = this.#planned.splice(pick % Math.max(this.#planned.length, 1), 1);
    if (options === undefined) return;
    try {
      await rewriteFiles(options);
      this.rewrittenCount += 1;
    } catch (error) {
      const isOutdated = error instanceof IcebergError && error.code === "REPLACED_FILES_CHANGED";
      if (!isOutdated) throw error;
    }
  }

  async #expire(table: CatalogTable): Promise<void> {
    await expireSnapshots({
      catalog: this.#catalog,
      table,
      retention: { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 1 },
      deleteDataFiles: true,
      components: { nowMs: () => Date.UTC(2100, 0, 1) },
    });
  }
}

it.each([
  ["without partitions", {}, {}],
  ["in partitions", { day: "identity(day)" }, {}],
  ["of manifests that merge", {}, { "commit.manifest.min-count-to-merge": "2" }],
])("rows stay the same however files are replaced, %s", async (_, partitions, properties) => {
  let rewrittenCount = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 20 }), async (steps) => {
      await using catalog = await openCatalog({ type: "memory" });
      const partitionSpec = definePartitionSpec(schema, partitions);
      await createTable(catalog, identifier, { schema, partitionSpec, properties });
      const table = new RewrittenTable(catalog);
      for (const next of steps) {
        await table.do(next);
        expect(await table.readIds()).toEqual(table.expectedIds);
      }
      rewrittenCount += table.rewrittenCount;
    }),
    { numRuns: 50 },
  );
  expect(rewrittenCount).toBeGreaterThan(0);
});
