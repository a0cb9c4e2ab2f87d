import { randomUUID } from "node:crypto";
import { expectExactlyOnce, startLibrdkafka, useSharedReader } from "@salon/testkit";
import type { Engine, ManagedProcess } from "@salon/testkit";
import { beforeAll, describe, expect, it } from "vitest";
import { hadoopCatalog, restCatalog, runTable, startConsumer } from "../pipeline/commands.ts";
import { expectedRow, produceRatings } from "../pipeline/produced-ratings.ts";
import type { ProducedRating } from "../pipeline/produced-ratings.ts";

/** Where the job runs, and how much of it. */
export interface MainJob {
  /** Part of the names of tables. */
  readonly name: string;
  readonly broker: () => { readonly bootstrapServers: string };
  readonly hasTransactions: boolean;
  readonly count: number;
  readonly engines: readonly Engine[];
}

/** Ratings, some of them dirty, drained by three members of which one is killed. */
export function describeMainJob({ name, broker, hasTransactions, count, engines }: MainJob): void {
  const topic = `ratings-${randomUUID()}`;
  let produced: readonly ProducedRating[] = [];

  beforeAll(async () => {
    await using client = await startLibrdkafka(broker());
    await client.createTopic(topic, { partitions: 8 });
    const ratings = { topic, count, seed: 7, dirtyShare: 0.05, hasTransactions };
    produced = await produceRatings(client, ratings);
  });

  describe.each([
    ["hadoop", hadoopCatalog],
    ["rest", restCatalog],
  ] as const)(`${name}: ${count} ratings into a table of a %s catalog`, (kind, openCatalog) => {
    const table = `main_job_${name}_${kind}`;

    it("are drained by three members, of which one is killed and restarted", async () => {
      const catalog = openCatalog();
      const flags = ["--trigger", "available-now", "--commit-rows", String(Math.ceil(count / 10))];
      const start = (encoders: number) =>
        startConsumer(catalog, {
          ...broker(),
          topic,
          table,
          flags: [...flags, "--encoders", String(encoders)],
        });
      await using resources = new AsyncDisposableStack();
      const members = await Promise.all([start(0), start(1), start(2)]);
      for (const member of members) resources.use(member);
      const victim = await firstToCommit(members);
      victim.signal("SIGKILL");
      await victim.exit;
      const restarted = resources.use(await start(2));
      for (const member of [...members.filter((member) => member !== victim), restarted]) {
        expect(await member.exit).toEqual({ code: 0 });
      }
    });

    it.each(engines)("are there once by value, as %s reads them", async (engine) => {
      const reader = await useSharedReader(engine);
      const { reference, tableName } = openCatalog();
      const report = expectExactlyOnce({
        produced,
        expected: expectedRow,
        tableRows: await reader.readTable({ catalog: reference, table: tableName(table) }),
        deadLetterRows: await reader.readTable({
          catalog: reference,
          table: tableName(`${table}_dead_letters`),
        }),
      });
      expect(report.recordCount).toBe(produced.length);
      expect(report.deadLetterCount).toBe(produced.filter(({ isValid }) => !isValid).length);
    });

    it.each(engines.filter((engine) => engine !== "duckdb"))(
      "prune files by ISO literals in %s",
      async (engine) => {
        const reader = await useSharedReader(engine);
        const { reference, tableName } = openCatalog();
        const read = { catalog: reference, table: tableName(table) };
        const all = await reader.plannedFiles(read);
        const filter = "timestamp >= '2025-01-14' and timestamp < '2025-01-15'";
        const some = await reader.plannedFiles({ ...read, filter });
        expect(some.length).toBeGreaterThan(0);
        expect(some.length).toBeLessThan(all.length / 2);
        expect(some.every((file) => file.includes("timestamp_day=2025-01-14"))).toBe(true);
      },
    );

    it("are proved by salon-table verify, also value by value against the topic", async () => {
      const { bootstrapServers } = broker();
      const report = await runTable(openCatalog(), [
        "verify",
        `--table=${table}`,
        `--bootstrap-servers=${bootstrapServers}`,
        `--topic=${topic}`,
        "--deep",
      ]);
      expect(report).toMatch(/proved/i);
    });
  });
}

/** Any member may lose all its partitions to the others before it has committed a unit. */
function firstToCommit(members: readonly ManagedProcess[]): Promise<ManagedProcess> {
  return Promise.any(
    members.map(async (member) => {
      await member.waitForLine(/"msg":"committed"/, { timeoutMs: 120_000 });
      return member;
    }),
  );
}
