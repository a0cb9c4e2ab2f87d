import { randomUUID } from "node:crypto";
import {
  appendToTable,
  currentSchema,
  defaultPartitionSpec,
  openCatalog,
  planFiles,
} from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { openKafkaSink, openKafkaSource } from "@salon/kafka-io";
import { ratingsSchema } from "@salon/schema";
import { runSink } from "@salon/sink";
import { createWorkDirectory, startNodeProgram, useSharedServices } from "@salon/testkit";
import { describe, expect, it } from "vitest";

const ENTRY = new URL("../src/main.ts", import.meta.url);
const PARTITIONS = [0, 1];
const silent = { debug() {}, info() {}, warn() {} };

/** A topic and the table that a sink made of it. */
interface Pipeline extends AsyncDisposable {
  readonly topic: string;
  readonly catalog: Catalog;
  /** What the command is told of topic and table. */
  readonly flags: (table: string) => readonly string[];
}

/** Every batch of values becomes a commit of its own, or several. */
async function openPipeline(batches: readonly (readonly string[])[]): Promise<Pipeline> {
  const { bootstrapServers } = useSharedServices().kafka;
  const topic = `table-${randomUUID()}`;
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await createWorkDirectory("salon-table"));
  const catalog = stack.use(await openCatalog({ type: "hadoop", warehouse: directory.path }));
  const kafka = { bootstrapServers: [bootstrapServers], topic };
  await using sink = await openKafkaSink(kafka);
  await sink.ensureTopic(PARTITIONS.length);
  for (const values of batches) {
    await sink.send(
      values.map((value, index) => ({
        key: Buffer.from(String(index)),
        value: Buffer.from(value),
        partition: index % PARTITIONS.length,
        timestampMs: 1_736_937_000_000 + index,
      })),
    );
    await drain(catalog, kafka);
  }
  const owned = stack.move();
  return {
    topic,
    catalog,
    flags: (table) => [
      `--bootstrap-servers=${bootstrapServers}`,
      `--topic=${topic}`,
      `--warehouse=${directory.path}`,
      `--table=${table}`,
      "--json",
    ],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Runs a sink until it has what the topic holds now. */
async function drain(
  catalog: Catalog,
  kafka: { readonly bootstrapServers: readonly string[]; readonly topic: string },
): Promise<void> {
  await using source = await openKafkaSource({ ...kafka, assign: PARTITIONS });
  await runSink(
    {
      topic: kafka.topic,
      table: { namespace: [], name: "t" },
      assign: PARTITIONS,
      startingOffsets: "earliest",
      trigger: "available-now",
    },
    {
      catalog,
      source,
      events: ratingsSchema,
      logger: silent,
      signal: new AbortController().signal,
    },
  );
}

/** Runs the command; its document, if it printed one, and its exit code. */
async function run(...args: readonly string[]) {
  await using program = await startNodeProgram({ name: "salon-table", entry: ENTRY, args });
  const { code } = await program.exit;
  const text = program.stdout();
  const document: unknown = text === "" ? undefined : JSON.parse(text);
  return { code, document, stderr: program.stderr() };
}

function rating(index: number): string {
  return `{"customer_id":${index % 20},"rating_value":4.5,"comment":"nº ${index}","timestamp":"2025-01-15T10:30:00"}`;
}

function ratings(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => rating(index));
}

/** A table beside `t` with its data files, but for those of these sequence numbers. */
async function copyRows(
  { catalog }: Pipeline,
  { name, without }: { readonly name: string; readonly without: readonly bigint[] },
): Promise<void> {
  const original = await catalog.loadTable({ namespace: [], name: "t" });
  const dataFiles = [];
  for await (const { dataFile, sequenceNumber } of planFiles(original)) {
    if (!without.includes(sequenceNumber)) dataFiles.push(dataFile);
  }
  const table = await catalog.createTable(
    { namespace: [], name },
    {
      schema: currentSchema(original.metadata),
      partitionSpec: defaultPartitionSpec(original.metadata),
    },
  );
  await appendToTable({ catalog, table, request: { dataFiles } });
}

/** The sequence numbers of the table's data files, ascending. */
async function fileSequences({ catalog }: Pipeline): Promise<readonly bigint[]> {
  const table = await catalog.loadTable({ namespace: [], name: "t" });
  const sequences = new Set<bigint>();
  for await (const { sequenceNumber } of planFiles(table)) sequences.add(sequenceNumber);
  return [...sequences].sort((a, b) => Number(a - b));
}

describe("salon-table with Kafka", () => {
  it("proves every value, rows and dead letters", async () => {
    const values = Array.from({ length: 2_000 }, (_, index) =>
      index % 20 === 7 ? `{"customer_id":"${index}"}` : rating(index),
    );
    await using pipeline = await openPipeline([values]);
    const { code, document, stderr } = await run("verify", "--deep", ...pipeline.flags("t"));
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(document).toMatchObject({
      isProved: true,
      sources: [
        {
          findings: [],
          partitions: [
            { ledger: { rows: 1_000, dead: 0 }, topic: { lag: 0, records: 1_000 } },
            { ledger: { rows: 900, dead: 100 }, topic: { lag: 0, records: 1_000 } },
          ],
        },
      ],
    });
  });

  it("counts dead letters by cause, and escapes what they say", async () => {
    const values = [rating(0), "\u001b[2J", `{"branch_id":"a"}`, "no json"];
    await using pipeline = await openPipeline([values]);
    const flags = pipeline.flags("t").filter((flag) => /^--(?:warehouse|table)=/.test(flag));
    const { code, document } = await run("dead-letters", "--json", "--limit=1", ...flags);
    expect(code).toBe(0);
    const { topic } = pipeline;
    expect(document).toMatchObject({
      undone: 0,
      findings: [],
      groups: [
        { cause: "INVALID_JSON", count: 2, pending: 0, samples: [{ topic }] },
        { cause: "WRONG_TYPE", field: "branch_id", count: 1, samples: [{ topic }] },
      ],
    });
    const args = ["dead-letters", "--cause=INVALID_JSON", ...flags];
    await using program = await startNodeProgram({ name: "salon-table", entry: ENTRY, args });
    expect(await program.exit).toMatchObject({ code: 0 });
    expect(program.stdout()).toContain("value  \\u{1b}[2J");
    expect(program.stdout()).not.toContain("\u001b");
    expect(program.stdout()).not.toContain("WRONG_TYPE");
  });

  it("rebuilds a lost position, which verify then proves", async () => {
    await using pipeline = await openPipeline([ratings(600), ratings(400)]);
    await copyRows(pipeline, { name: "copy", without: [] });
    const flags = pipeline.flags("copy");
    expect((await run("verify", ...flags)).code).toBe(5);
    const { code, document } = await run("recover-position", ...flags);
    expect(code).toBe(0);
    const counts = { first: 0, next: 500, rows: 500, gaps: 0, unproved: 0 };
    expect(document).toMatchObject({ partitions: [counts, counts] });
    expect(await run("verify", "--deep", ...flags)).toMatchObject({ code: 0 });
  });

  it("refuses to rebuild a position past records that the topic still has", async () => {
    await using pipeline = await openPipeline([ratings(1), ratings(1), ratings(1)]);
    const sequences = await fileSequences(pipeline);
    await copyRows(pipeline, { name: "copy", without: sequences.slice(1, -1) });
    const { code, stderr } = await run(
      "recover-position",
      "--accept-holes",
      ...pipeline.flags("copy"),
    );
    expect(code).toBe(1);
    expect(stderr).toContain("1 records of partition 0 of topic ");
    expect(stderr).toContain("are in neither table, and the topic still has them: offsets 1;");
  });
});
