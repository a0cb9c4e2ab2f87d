import { createTable, definePartitionSpec, defineSchema, openCatalog } from "@salon/iceberg-writer";

await using catalog = await openCatalog({ type: "hadoop", warehouse: "./warehouse" });
const schema = defineSchema({ customer_id: "int", comment: "string", rated_at: "timestamptz" });
const table = await createTable(catalog, "db.ratings", {
  schema,
  partitionSpec: definePartitionSpec(schema, { day: "day(rated_at)" }),
});
await table.append([{ customer_id: 7, comment: "Lovely!", rated_at: new Date() }]);
for await (const { batch } of table.scan()) console.log(batch.rowCount, batch.names);
