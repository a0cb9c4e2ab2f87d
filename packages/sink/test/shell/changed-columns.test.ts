import { rowAt } from "@salon/columns";
import { currentSchema, openCatalog, scanTable } from "@salon/iceberg-writer";
import type { Catalog, NestedField } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { runSink } from "../../src/shell/run-sink.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";

const identifier = { namespace: [], name: "bronze" };
const silent = { debug() {}, info() {}, warn() {} };
let catalog: Catalog;
let topic: MemoryTopic;

beforeEach(async () => {
  catalog = await openCatalog({ type: "memory" });
  topic = new MemoryTopic(1);
  for (const customer of [1, 2, 3]) {
    topic.append(0, `{"customer_id":${customer},"comment":"of ${customer}"}`);
  }
});

async function drain(): Promise<unknown> {
  await using source = new MemorySource(topic, [0]);
  return await runSink(
    {
      topic: topic.name,
      table: identifier,
      assign: [0],
      startingOffsets: "earliest",
      trigger: "available-now",
    },
    {
      catalog,
      source,
      events: ratingsSchema,
      logger: silent,
      signal: new AbortController().signal,
    },
  );
}

type Change = (fields: readonly NestedField[]) => readonly NestedField[];

const without =
  (name: string): Change =>
  (fields) =>
    fields.filter((field) => field.name !== name);
const withColumn =
  (id: number, name: string, required = false): Change =>
  (fields) => [...fields, { id, name, required, type: { kind: "string" } }];

async function changeColumns(...changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    const table = await catalog.loadTable(identifier);
    const { schemaId, fields } = currentSchema(table.metadata);
    const schema = { schemaId: schemaId + 1, fields: change(fields) };
    const outcome = await catalog.commitTable(table, {
      requirements: [],
      updates: [
        { action: "add-schema", schema },
        { action: "set-current-schema", schemaId: -1 },
      ],
    });
    expect(outcome.kind).toBe("committed");
  }
}

/** Another writer changes the columns right before the first commit of rows arrives. */
function changeBeforeFirstUnit(...changes: readonly Change[]): void {
  const commit = catalog.commitTable.bind(catalog);
  let isChanged = false;
  vi.spyOn(catalog, "commitTable").mockImplementation(async (table, request, options) => {
    const addsRows = request.updates.some(
      (update) => update.action === "add-snapshot" && update.snapshot.summary["added-records"],
    );
    if (addsRows && !isChanged) {
      isChanged = true;
      await changeColumns(...changes);
    }
    return commit(table, request, options);
  });
}

async function rows(): Promise<readonly (readonly unknown[])[]> {
  const found: unknown[][] = [];
  for await (const { batch } of scanTable({ table: await catalog.loadTable(identifier) })) {
    for (let row = 0; row < batch.rowCount; row++) {
      const { customer_id: customer, comment } = rowAt(batch, row);
      found.push([customer, comment]);
    }
  }
  return found;
}

const allRows = [
  [1, "of 1"],
  [2, "of 2"],
  [3, "of 3"],
];

describe("columns that change between the writing of a unit and its commit", () => {
  it("do not take the values of a dropped column with them", async () => {
    changeBeforeFirstUnit(without("comment"));
    await expect(drain()).rejects.toMatchObject({
      code: "TABLE_INCOMPATIBLE",
      message: expect.stringContaining("there is no column comment"),
    });
    expect(await rows()).toEqual([]);
    await changeColumns(withColumn(50, "comment"));
    await drain();
    expect(await rows()).toEqual(allRows);
  });

  it("are written anew where the column came back under another id", async () => {
    changeBeforeFirstUnit(without("comment"), withColumn(50, "comment"));
    await drain();
    expect(await rows()).toEqual(allRows);
  });

  it("let no rows in that lack a required one", async () => {
    changeBeforeFirstUnit(withColumn(50, "mood", true));
    await expect(drain()).rejects.toMatchObject({
      code: "TABLE_INCOMPATIBLE",
      message: expect.stringContaining("column mood is required and never filled"),
    });
    expect(await rows()).toEqual([]);
    await changeColumns(without("mood"));
    await drain();
    expect(await rows()).toEqual(allRows);
  });

  it("are none of the unit's business where they are new and optional", async () => {
    changeBeforeFirstUnit(withColumn(50, "mood"));
    expect(await drain()).toEqual({ rows: 3, dead: 0, commits: 2 });
    expect(await rows()).toEqual(allRows);
  });
});
