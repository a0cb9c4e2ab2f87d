import { join } from "node:path";
import { createWorkDirectory, startNodeProgram, useSharedReader } from "@salon/testkit";
import type { Engine, ManagedProcess, WorkDirectory } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ENTRY = new URL("../src/main.ts", import.meta.url);
const TABLE = "bronze_ratings_streaming";
const ENGINES: readonly Engine[] = ["duckdb", "pyiceberg", "spark"];

function startDemo(...args: string[]): Promise<ManagedProcess> {
  return startNodeProgram({ name: "demo", entry: ENTRY, args });
}

describe("the demo", () => {
  let directory: WorkDirectory;
  let warehouse: string;

  beforeAll(async () => {
    directory = await createWorkDirectory("demo");
    warehouse = join(directory.path, "first run");
  });
  afterAll(() => directory[Symbol.asyncDispose]());

  it("sends, commits, proves, shows rows and how to read them, and ends", async () => {
    await using demo = await startDemo("--seconds=4", "--rate=500", `--directory=${warehouse}`);
    expect(await demo.exit).toEqual({ code: 0 });
    const text = demo.stdout();
    expect(text).toMatch(/2,000 sent {2}[\d,]+ rows {2}\d+ dead letters {2}\d+ commits {2}lag 0\n/);
    expect(text).toContain("proved: every record is there exactly once");
    expect(text).toMatch(/2,000 records in 4 partitions/);
    expect(text).toMatch(/some rows:\n {2}customer_id/);
    expect(text).toMatch(/some dead letters:\n {2}_kafka_partition/);
    for (const name of ["DuckDB", "PyIceberg", "Spark"]) expect(text).toContain(`with ${name}`);
    expect(demo.stderr()).toBe("");
  });

  it.each(ENGINES)("leaves a table that %s reads", async (engine) => {
    const reader = await useSharedReader(engine);
    const catalog = { kind: "hadoop", warehouse: `file://${warehouse}` } as const;
    const rows = await reader.readTable({ catalog, table: TABLE });
    const dead = await reader.readTable({ catalog, table: `${TABLE}_dead_letters` });
    expect(rows.length + dead.length).toBe(2_000);
    expect(dead.length).toBeGreaterThan(0);
  });

  it("runs again at once, beside what it left", async () => {
    const other = join(directory.path, "second run");
    await using demo = await startDemo("--seconds=1", "--rate=200", `--directory=${other}`);
    expect(await demo.exit).toEqual({ code: 0 });
    expect(demo.stdout()).toContain("proved");
  });

  it("stays up with --keep, goes on committing, and ends in order by SIGINT", async () => {
    const kept = join(directory.path, "kept");
    await using demo = await startDemo(
      "--seconds=1",
      "--rate=200",
      "--keep",
      `--directory=${kept}`,
    );
    await demo.waitForLine(/still running; broker at (?:localhost|127\.0\.0\.1):29092/);
    await demo.waitForLine(/[5-9]\d\d sent {2}[1-9]\d\d rows/);
    demo.signal("SIGINT");
    expect(await demo.exit).toEqual({ code: 0 });
    expect(demo.stdout().trimEnd().split("\n").at(-1)).toMatch(/lag 0$/);
  });

  it("says so where the port of the pipeline is taken", async () => {
    await using first = await startDemo(
      "--seconds=1",
      "--rate=10",
      "--keep",
      `--directory=${join(directory.path, "a")}`,
    );
    await first.waitForLine(/broker {2}/);
    await using second = await startDemo("--keep", `--directory=${join(directory.path, "b")}`);
    expect((await second.exit).code).not.toBe(0);
    expect(second.stderr()).toContain("29092");
  });
});
