import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { appendToTable, openCatalog } from "@salon/iceberg-writer";
import { describe, expect, it, onTestFinished } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const TABLE = { namespace: [], name: "t" };

async function run(...argv: string[]) {
  const env = { ...process.env, NO_COLOR: "1" };
  const child = spawn(process.execPath, ["-C", "@salon/source", MAIN, ...argv], { env });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { exitCode: child.exitCode, stdout, stderr };
}

/** A warehouse on local disk with a table whose ledger claims what the argument says. */
async function warehouse(ledger: readonly number[]): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "salon-table-"));
  onTestFinished(() => rm(path, { recursive: true }));
  await using catalog = await openCatalog({ type: "hadoop", warehouse: path });
  const columns = {
    _kafka_topic: { kind: "string" },
    _kafka_partition: { kind: "int" },
    _kafka_offset: { kind: "long" },
  } as const;
  const fields = Object.entries(columns).map(([name, type], index) => ({
    id: index + 1,
    name,
    required: false,
    type,
  }));
  const table = await catalog.createTable(TABLE, { schema: { schemaId: 0, fields } });
  const record = {
    cluster: "c",
    topic: "ratings",
    partitions: 1,
    ledger: { "0": ledger },
    unit: {},
    pending: [],
    applied: 0,
  };
  const summary = { "salon.source.ratings": JSON.stringify(record) };
  await appendToTable({ catalog, table, request: { prepare: () => ({ summary }) } });
  return path;
}

describe("salon-table", () => {
  it("proves a table on local disk, and says so", async () => {
    const path = await warehouse([5, 9, 0, 0, 4, 0, 0]);
    const { exitCode, stdout } = await run("verify", "--warehouse", path, "--table", "t");
    expect(stdout).toContain(": proved: every recorded offset is there exactly once\n");
    expect(exitCode).toBe(0);
  });

  it("ends with 1 where a row is missing, and names the offset", async () => {
    const path = await warehouse([5, 6, 1, 0, 0, 0, 0]);
    const argv = ["verify", "--warehouse", path, "--table", "t"];
    const { exitCode, stdout } = await run(...argv);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("FAILED: partition 0: 1 of 1 rows are missing, at offsets 5\n");
    const json = await run(...argv, "--json");
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      isProved: false,
      sources: [{ findings: [{ code: "COPY_STALE" }, { code: "ROWS_MISSING", partition: 0 }] }],
    });
  });

  it("describes a table with its sources", async () => {
    const path = await warehouse([5, 9, 0, 0, 4, 0, 0]);
    const { exitCode, stdout } = await run("describe", "--warehouse", path, "--table", "t");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("source ratings, topic ratings of cluster c\n");
  });

  it("says in one sentence that a table is not there", async () => {
    const path = await warehouse([0, 0, 0, 0, 0, 0, 0]);
    const argv = ["describe", "--warehouse", path, "--table", "absent", "--log-format", "pretty"];
    const { exitCode, stderr } = await run(...argv);
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(/^salon-table: no table absent at .*; check --table, .*\n$/);
  });

  it("looks for a checkpoint by a path of its own directory", async () => {
    const path = await warehouse([0, 0, 0, 0, 0, 0, 0]);
    const argv = ["adopt", "--topic", "t", "--spark-checkpoint", "./no-checkpoint"];
    const { exitCode, stderr } = await run(...argv, "--warehouse", path, "--table", "t");
    expect(stderr).toContain("CHECKPOINT_INVALID");
    expect(stderr).toContain(`${process.cwd()}/no-checkpoint`);
    expect(exitCode).toBe(5);
  });

  it("ends with 2 for a wrong command line", async () => {
    const { exitCode, stderr } = await run("verify", "--deep");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--deep needs --bootstrap-servers");
  });
});
