import { rowAt } from "@salon/columns";
import { useSharedReader } from "@salon/testkit";
import type { TableRow } from "@salon/testkit";
import { expect, it } from "vitest";

import { openCatalog, openTable } from "../../src/index.ts";
import { freshNamespace, fromAll, readByAll, restCatalog } from "./catalogs-of-engines.ts";

const spark = await useSharedReader("spark");
const pyiceberg = await useSharedReader("pyiceberg");
const duckdb = await useSharedReader("duckdb");
const engines = [spark, pyiceberg, duckdb];

const schema = {
  type: "struct",
  fields: [
    { id: 1, name: "id", type: "long", required: true },
    { id: 2, name: "taken", type: "timestamptz", required: false },
    { id: 3, name: "city", type: "string", required: false, doc: "where" },
    { id: 4, name: "score", type: "float", required: false },
  ],
};
/** Day, bucket and identity: what PyIceberg names `taken_day=…/id_bucket=…/city=…`. */
const partitionSpec = {
  "spec-id": 0,
  fields: [
    { name: "taken_day", transform: "day", "source-id": 2, "field-id": 1000 },
    { name: "id_bucket", transform: "bucket[4]", "source-id": 1, "field-id": 1001 },
    { name: "city", transform: "identity", "source-id": 3, "field-id": 1002 },
  ],
};

/** Four rows with ids from `first` on, in four partitions; the last has none but its bucket. */
function rowsOf(first: number): readonly TableRow[] {
  return ["Ulm", "Grüße 🎉/=%", "", null].map((city, index) => ({
    id: BigInt(first + index),
    taken: city === null ? null : `2025-01-1${index}T23:59:59.999999Z`,
    city,
    score: city === null ? null : 4.5,
  }));
}

it("a table that PyIceberg created and goes on with is continued", async () => {
  const { reference: catalog } = restCatalog;
  const table = `${freshNamespace("pyiceberg")}.events`;
  await pyiceberg.createTable({ catalog, table, schema, partitionSpec });

  await pyiceberg.appendRows({ catalog, table, rows: rowsOf(0) });
  await using ours = await openCatalog(restCatalog.settings);
  const opened = await openTable(ours, table);
  await opened.append([...rowsOf(10)]);
  await pyiceberg.appendRows({ catalog, table, rows: rowsOf(20) });
  // On a base that PyIceberg has moved on from.
  await opened.append([...rowsOf(30)]);
  await pyiceberg.appendRows({ catalog, table, rows: rowsOf(40) });

  const expected = [0, 10, 20, 30, 40].flatMap(rowsOf);
  expect(await readByAll(engines, { catalog, table }, "id")).toEqual(fromAll(engines, expected));
  const sameDay = "taken >= '2025-01-11T00:00:00+00:00' AND taken < '2025-01-12T00:00:00+00:00'";
  const filtered = { catalog, table, filter: sameDay, columns: ["id"] };
  const ofThatDay = [1n, 11n, 21n, 31n, 41n].map((id) => ({ id }));
  expect(await readByAll(engines, filtered, "id")).toEqual(fromAll(engines, ofThatDay));
  for (const reader of [pyiceberg, spark]) {
    expect(await reader.plannedFiles({ catalog, table, filter: sameDay })).toHaveLength(5);
  }
  const values = await pyiceberg.partitionValues({ catalog, table });
  expect(values).toHaveLength(expected.length * partitionSpec.fields.length);
  for (const { recorded, computed } of values) expect(recorded).toEqual(computed);

  const ids: unknown[] = [];
  for await (const { batch } of (await openTable(ours, table)).scan()) {
    for (let row = 0; row < batch.rowCount; row++) ids.push(rowAt(batch, row)["id"]);
  }
  expect(new Set(ids)).toEqual(new Set(expected.map(({ id }) => id)));
  expect(ids).toHaveLength(expected.length);
});
