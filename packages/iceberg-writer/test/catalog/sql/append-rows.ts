// A process of its own that appends rows to a table in SQLite, one commit each, and says which are
// in: `append-rows.ts <warehouse> <table> <first id> <count>`.
import { IcebergError, openCatalog, openTable } from "../../../src/index.ts";

const [warehouse = "", name = "", first = "", count = ""] = process.argv.slice(2);
await using catalog = await openCatalog({ type: "sql", warehouse });
const table = await openTable(catalog, name);
for (let id = BigInt(first); id < BigInt(first) + BigInt(count);) {
  try {
    await table.append([{ id }]);
  } catch (error) {
    if (error instanceof IcebergError && error.code === "COMMIT_RETRIES_EXHAUSTED") continue;
    throw error;
  }
  process.stdout.write(`in: ${id}\n`);
  id += 1n;
}
