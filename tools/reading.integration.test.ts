import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createTable, defineSchema, openCatalog } from "@salon/iceberg-writer";
import { createWorkDirectory, installPython, runProcess, useSharedReader } from "@salon/testkit";
import type { WorkDirectory } from "@salon/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";

const page = readFileSync(join(import.meta.dirname, "..", "docs", "reading.md"), "utf8");
const rows = [
  { branch_id: 1, rating_value: 5, timestamp: "2025-01-15T10:00:00" },
  { branch_id: 1, rating_value: 4, timestamp: "2025-01-16T10:00:00" },
  { branch_id: 2, rating_value: 3, timestamp: "2025-01-16T11:00:00" },
  { branch_id: 2, rating_value: 1, timestamp: "2025-01-14T23:59:59" },
];

let directory: WorkDirectory;
let python: string;
beforeAll(async () => {
  directory = await createWorkDirectory("reading");
  python = await installPython("readers");
  await using catalog = await openCatalog({ type: "hadoop", warehouse: directory.path });
  const schema = defineSchema({ branch_id: "int", rating_value: "float", timestamp: "string" });
  const table = await createTable(catalog, "bronze_ratings_streaming", { schema });
  await table.append(rows);
});
afterAll(() => directory[Symbol.asyncDispose]());

/** The first block of a language, for the table of this test. */
function shown(language: string): string {
  const [, text = ""] = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "m").exec(page) ?? [];
  expect(text).toContain("WAREHOUSE");
  return text.replaceAll("WAREHOUSE", directory.path);
}

it("PyIceberg reads the table as the page says", async () => {
  const printed = await runProcess({ command: python, args: ["-c", shown("python")] });
  expect(printed).toContain("{'branch_id': 1, 'rating_value_mean': 4.5}");
  expect(printed).toContain("{'branch_id': 2, 'rating_value_mean': 3.0}");
});

it("DuckDB reads the table as the page says", async () => {
  const duckdb = await useSharedReader("duckdb");
  // The extension comes with the environment, not from DuckDB's own registry.
  const answer = await duckdb.sql(shown("sql").replace("INSTALL iceberg; LOAD iceberg;", ""));
  expect(answer).toEqual([
    { branch_id: 1, ratings: 2n, average: 4.5 },
    { branch_id: 2, ratings: 1n, average: 3 },
  ]);
});
