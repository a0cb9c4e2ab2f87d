/**
 * Runs every benchmark, one after the other: they would disturb each other. They share the services
 * and the loaded topics. One alone, when the commands are built:
 *
 *     node --conditions=@salon/source bench/help.ts --runs 5
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { openStage, stageEnvironment } from "./stage.ts";

const SCRIPTS = [
  "json-to-columns",
  "comments-to-columns",
  "json-to-parquet",
  "kafka-to-table",
  "against-flink",
  "skewed-topic",
  "bytes-per-row",
  "peak-memory",
  "first-commit",
  "idle-topic",
  "freshness",
  "commit-duration",
  "many-partitions",
  "two-cores",
  "help",
  "produce",
  "columns-to-parquet",
  "encoders",
];

await using stage = await openStage();
const env = { ...process.env, ...stageEnvironment(stage) };
for (const script of SCRIPTS) {
  console.log(`\n# ${script}`);
  const path = new URL(`${script}.ts`, import.meta.url).pathname;
  const args = ["--conditions=@salon/source", path];
  const child = spawn(process.execPath, args, { stdio: "inherit", env });
  const [code] = await once(child, "exit");
  if (code !== 0) process.exitCode = 1;
}
