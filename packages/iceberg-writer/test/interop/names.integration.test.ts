import { rowAt } from "@salon/columns";
import { useSharedReader } from "@salon/testkit";
import { describe, expect, it } from "vitest";

import {
  createTable,
  definePartitionSpec,
  defineSchema,
  openCatalog,
  openTable,
} from "../../src/index.ts";
import { freshNamespace, fromAll, readByAll, sharedCatalogs } from "./catalogs-of-engines.ts";

const spark = await useSharedReader("spark");
const pyiceberg = await useSharedReader("pyiceberg");
const duckdb = await useSharedReader("duckdb");
const engines = [spark, pyiceberg, duckdb];

describe.each(sharedCatalogs)("names in %s", (_, { name: catalogName, settings, reference }) => {
  it("outside ASCII name columns, partitions and folders", async () => {
    const name = `${freshNamespace("names")}.größen_数量`;
    await using catalog = await openCatalog(settings);
    const schema = defineSchema({ id: "int", "Größe in m²": "string", 数量: "int", "🎉": "date" });
    const table = await createTable(catalog, name, {
      schema,
      partitionSpec: definePartitionSpec(schema, {
        "Größe in m²": "identity(Größe in m²)",
        数量_bucket: "bucket[2](数量)",
        "🎉_month": "month(🎉)",
      }),
    });
    const rows = ["groß", "小", null].map((size, id) => ({
      id,
      "Größe in m²": size,
      数量: 10 * id,
      "🎉": `2025-0${id + 1}-15`,
    }));
    await table.append(rows);
    const read = { catalog: reference, table: name };
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, rows));
    for (const { recorded, computed } of await pyiceberg.partitionValues(read)) {
      expect(recorded).toEqual(computed);
    }
    const quoted = name.split(".").map((part) => `\`${part}\``);
    await spark.sql(
      `INSERT INTO ${catalogName}.${quoted.join(".")} VALUES (9, '大', 7, DATE '2025-12-31')`,
      { [catalogName]: reference },
    );
    const ninth = { id: 9, "Größe in m²": "大", 数量: 7, "🎉": "2025-12-31" };
    await table.append([{ ...ninth, id: 10 }]);
    const all = [...rows, ninth, { ...ninth, id: 10 }];
    // DuckDB's process ends at the field names outside ASCII that Java leaves in its manifests.
    const others = [spark, pyiceberg];
    expect(await readByAll(others, read, "id")).toEqual(fromAll(others, all));
  });

  it("of namespaces have levels, and a quoted part may hold dots", async () => {
    const namespace = freshNamespace("levels");
    await using catalog = await openCatalog(settings);
    const schema = defineSchema({ id: "int" });
    const nested = await createTable(catalog, `${namespace}.inner.events`, { schema });
    await nested.append([{ id: 1 }]);
    const dotted = await createTable(catalog, `${namespace}.\`events.v1\``, { schema });
    await dotted.append([{ id: 2 }]);
    const inSpark = (text: string): ReturnType<typeof spark.sql> =>
      spark.sql(text.replaceAll("{ns}", `${catalogName}.${namespace}`), {
        [catalogName]: reference,
      });
    await inSpark("INSERT INTO {ns}.inner.events VALUES (3)");
    await inSpark("INSERT INTO {ns}.`events.v1` VALUES (4)");
    const read = { catalog: reference, table: `${namespace}.inner.events` };
    const both = [{ id: 1 }, { id: 3 }];
    expect(await readByAll([spark, pyiceberg], read, "id")).toEqual(
      fromAll([spark, pyiceberg], both),
    );
    expect(await inSpark("SELECT id FROM {ns}.`events.v1` ORDER BY id")).toEqual([
      { id: 2 },
      { id: 4 },
    ]);
    const ids: unknown[] = [];
    for (const name of [`${namespace}.inner.events`, `${namespace}."events.v1"`]) {
      for await (const { batch } of (await openTable(catalog, name)).scan()) {
        for (let row = 0; row < batch.rowCount; row++) ids.push(rowAt(batch, row)["id"]);
      }
    }
    expect(ids).toHaveLength(4);
    expect(new Set(ids)).toEqual(new Set([1, 2, 3, 4]));
    expect(await catalog.listTables([namespace])).toEqual([dotted.identifier]);
    expect(await catalog.listTables([namespace, "inner"])).toEqual([nested.identifier]);
  });
});
