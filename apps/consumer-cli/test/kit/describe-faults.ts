import { randomUUID } from "node:crypto";
import {
  expectExactlyOnce,
  startFaultProxy,
  startLibrdkafka,
  useSharedReader,
  useSharedServices,
} from "@salon/testkit";
import type { ProxiedRequest } from "@salon/testkit";
import { beforeAll, describe, expect, it } from "vitest";
import { restCatalog, runConsumer, runTable, startConsumer } from "../pipeline/commands.ts";
import type { ConsumerSettings } from "../pipeline/commands.ts";
import { expectedRow, produceRatings } from "../pipeline/produced-ratings.ts";
import type { ProducedRating } from "../pipeline/produced-ratings.ts";
import type { MainJob } from "./describe-main-job.ts";

const AVAILABLE_NOW = ["--trigger", "available-now", "--commit-rows", "2000"];

/** Commits that go wrong between the sink and a REST catalog. */
export function describeFaults({
  name,
  broker,
  hasTransactions,
}: Pick<MainJob, "name" | "broker" | "hasTransactions">): void {
  const topic = `faults-${randomUUID()}`;
  let produced: readonly ProducedRating[] = [];
  const consumerOf = (table: string, ...flags: readonly string[]): ConsumerSettings => ({
    ...broker(),
    topic,
    table,
    flags: [...AVAILABLE_NOW, ...flags],
  });

  beforeAll(async () => {
    await using client = await startLibrdkafka(broker());
    await client.createTopic(topic, { partitions: 4 });
    const ratings = { topic, count: 20_000, seed: 11, dirtyShare: 0.05, hasTransactions };
    produced = await produceRatings(client, ratings);
  });

  /**
   * Checks by value that every rating is there once, as PyIceberg reads it; answers what verify
   * says.
   */
  async function verifyAll(table: string): Promise<string> {
    const reader = await useSharedReader("pyiceberg");
    const { reference, tableName } = restCatalog();
    expectExactlyOnce({
      produced,
      expected: expectedRow,
      tableRows: await reader.readTable({ catalog: reference, table: tableName(table) }),
      deadLetterRows: await reader.readTable({
        catalog: reference,
        table: tableName(`${table}_dead_letters`),
      }),
    });
    return runTable(restCatalog(), ["verify", `--table=${table}`]);
  }

  describe("members that start at the same moment on an empty catalog", () => {
    it("race for namespace, tables and first position, and all go on", async () => {
      const table = `${name}_first_position_raced`;
      const catalog = restCatalog();
      const consumers = [["0,1"], ["2,3"]].map(([partitions = ""]) =>
        runConsumer(catalog, consumerOf(table, "--assign", partitions)),
      );
      await Promise.all(consumers);
      expect(await verifyAll(table)).toMatch(/proved/i);
    });
  });

  describe("a commit whose answer is lost", () => {
    it.each([
      ["lost_response", { kind: "drop-response" }],
      ["gateway_timeout", { kind: "replace-response", status: 504 }],
      ["unavailable", { kind: "answer", status: 503 }],
      ["late", { kind: "land-late", until: 3_000, status: 504 }],
    ] as const)("is settled by reading: %s", async (kind, fault) => {
      const table = `${name}_${kind}`;
      const { restCatalog: own } = useSharedServices();
      await using proxy = await startFaultProxy({ target: own.uri });
      const rule = proxy.addRule({ matches: commitsOf(table), nth: [1, 3], fault });
      await runConsumer(restCatalog(proxy.url), consumerOf(table));
      expect(rule.hits.filter(({ isFaulted }) => isFaulted).length).toBe(2);
      expect(await verifyAll(table)).toMatch(/proved/i);
    });
  });

  describe("a crash between the main commit and that of the dead letters", () => {
    it("leaves them in the outbox, from which the next start takes them", async () => {
      const table = `${name}_crash_before_dead_letters`;
      const { restCatalog: own } = useSharedServices();
      await using proxy = await startFaultProxy({ target: own.uri });
      const never = new Promise<void>(() => {});
      const rule = proxy.addRule({
        matches: commitsOf(`${table}_dead_letters`),
        fault: { kind: "delay-request", until: never },
      });
      await using consumer = await startConsumer(restCatalog(proxy.url), consumerOf(table));
      await rule.firstFault;
      await consumer.waitForLine(/"msg":"committed"/, { timeoutMs: 60_000 });
      consumer.signal("SIGKILL");
      await consumer.exit;
      const reader = await useSharedReader("pyiceberg");
      const { reference, tableName } = restCatalog();
      const deadLetters = { catalog: reference, table: tableName(`${table}_dead_letters`) };
      expect(await reader.readTable(deadLetters)).toEqual([]);
      await runConsumer(restCatalog(), consumerOf(table));
      expect(await verifyAll(table)).toMatch(/proved/i);
    });
  });
}

function commitsOf(table: string): (request: ProxiedRequest) => boolean {
  return ({ method, path }) => method === "POST" && path.endsWith(`/tables/${table}`);
}
