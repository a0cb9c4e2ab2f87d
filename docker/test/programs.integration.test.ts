import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ManagedProcess, startTrino } from "@salon/testkit";
import { describe, expect, it } from "vitest";
import { dockerDirectory } from "./compose-stack.ts";
import { type StackProcesses, startStack } from "./stack-processes.ts";

const VARIABLES = { SALON_DURATION: "5s", SALON_INTERVAL: "10ms" };
const WAIT_MAX_MS = 120_000;

/** What is read here of what `salon-table verify --json` prints. */
interface TableProof {
  readonly isProved: boolean;
  readonly sources: readonly {
    readonly findings: readonly unknown[];
    readonly partitions: readonly {
      readonly found: { readonly rows: number; readonly dead: number };
      readonly topic?: { readonly lag: number };
    }[];
  }[];
}

describe.each([
  { overlays: [], what: "the stack" },
  { overlays: ["zookeeper"], what: "Kafka 3.9 with ZooKeeper" },
  { overlays: ["cluster"], what: "three brokers and three consumers" },
  { overlays: ["rest-catalog", "query"], what: "a REST catalog, and Trino" },
  { overlays: ["store"], what: "another store" },
  { overlays: ["secure"], what: "TLS and SCRAM" },
])("$what, as processes", ({ overlays }) => {
  it("brings every rating into the table once", async () => {
    await using stack = await startStack(overlays, VARIABLES);
    await using resources = new AsyncDisposableStack();
    const consumers = await Promise.all(stack.consumers.map((name) => stack.startProgram(name)));
    for (const consumer of consumers) resources.use(consumer);
    await using producer = await stack.startProgram("producer");
    expect({ ...(await producer.exit), fatal: fatalLine(producer) }).toEqual({ code: 0 });
    const proof = await provedToTheEnd(stack);
    expect(proof.sources.flatMap(({ findings }) => findings)).toEqual([]);
    if (overlays.includes("query")) await expectReadByTrino(stack, proof);
    for (const consumer of consumers) {
      const exit = await consumer.stop({ graceMs: 30_000 });
      expect({ ...exit, fatal: fatalLine(consumer) }).toEqual({ code: 0 });
    }
  });
});

/** Trino finds the table by its name, and every row of it once. */
async function expectReadByTrino(stack: StackProcesses, proof: TableProof): Promise<void> {
  const file = await readFile(join(dockerDirectory, "query", "salon.properties"), "utf8");
  // Its name in the version that Maven Central has.
  const properties = stack.local(file).replace("fs.s3.enabled", "fs.native-s3.enabled");
  await using trino = await startTrino({
    catalogs: { salon: properties },
    env: stack.environment("trino"),
  });
  const [counts] = await trino.query(
    "SELECT count(*), count(DISTINCT (_kafka_partition, _kafka_offset)) " +
      "FROM salon.default.bronze_ratings_streaming",
  );
  const partitions = proof.sources.flatMap((source) => source.partitions);
  const rows = partitions.reduce((sum, { found }) => sum + found.rows, 0);
  expect(counts).toEqual([rows, rows]);
}

/** Why a program gave up, if it did. */
function fatalLine(program: ManagedProcess): string | undefined {
  return program
    .stderr()
    .split("\n")
    .find((line) => line.startsWith('{"level":"fatal"'));
}

/** The proof as `salon-table verify` gives it, once the table has all that the topic has. */
async function provedToTheEnd(stack: StackProcesses): Promise<TableProof> {
  const deadline = performance.now() + WAIT_MAX_MS;
  for (;;) {
    await using table = await stack.startProgram("table", ["verify", "--deep", "--json"]);
    const { code } = await table.exit;
    if (code === 0) {
      const proof = JSON.parse(table.stdout()) as TableProof;
      const partitions = proof.sources.flatMap((source) => source.partitions);
      const found = partitions.reduce((sum, { found }) => sum + found.rows + found.dead, 0);
      const partitionCount = stack.consumers.length === 1 ? 3 : 6;
      const lag = partitions.reduce((sum, { topic }) => sum + (topic?.lag ?? Infinity), 0);
      if (proof.isProved && partitions.length === partitionCount && found > 300 && lag === 0)
        return proof;
    }
    if (performance.now() > deadline) throw new Error(`not proved in time\n${table.lastLines(60)}`);
    await sleep(500);
  }
}
