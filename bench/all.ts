/** Runs every benchmark, one after the other: they would disturb each other. */
import { spawnSync } from "node:child_process";

const SCRIPTS = [
  "json-to-columns.ts",
  "columns-to-parquet.ts",
  "json-to-parquet.ts",
  "kafka-to-table.ts",
];

for (const script of SCRIPTS) {
  console.log(`\n# ${script}`);
  const path = new URL(script, import.meta.url).pathname;
  const { status } = spawnSync(process.execPath, ["--conditions=@salon/source", path], {
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = status ?? 1;
}
