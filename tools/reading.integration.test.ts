import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
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

it("Spark reads the table as the page says", async () => {
  const bin = dirname(await installPython("spark"));
  const home = join(directory.path, "spark");
  await mkdir(home);
  // Whatever Spark leaves, its packages too, is not the machine's own.
  await writeFile(join(home, "spark-defaults.conf"), `spark.jars.ivy ${join(home, "ivy")}\n`);
  const printed = await runProcess({
    command: "bash",
    args: ["-c", shown("sh")],
    name: "spark-sql",
    cwd: home,
    env: {
      PATH: [bin, process.env["PATH"]].join(delimiter),
      SPARK_CONF_DIR: home,
      SPARK_LOCAL_IP: "127.0.0.1",
    },
    timeoutMs: 280_000,
  });
  // What brings the packages prints a line of its own.
  const answer = printed.split("\n").filter((line) => line.includes("\t"));
  expect(answer.toSorted()).toEqual(["1\t4.5", "2\t2.0"]);
});
