import { randomUUID } from "node:crypto";
import { startLibrdkafka, useSharedReader, useSharedServices } from "@salon/testkit";
import { describe, expect, it } from "vitest";
import { describeFaults } from "./kit/describe-faults.ts";
import { restCatalog, runConsumer, startConsumer } from "./pipeline/commands.ts";
import { produceRatings } from "./pipeline/produced-ratings.ts";

const availableNow = ["--trigger", "available-now", "--commit-rows", "2000"];

describeFaults({ name: "kafka", broker: () => useSharedServices().kafka, hasTransactions: true });

describe("a rollback in Spark", () => {
  it("is noticed and named at the next start", async () => {
    const table = "rolled_back";
    const topic = `rolled-back-${randomUUID()}`;
    await using client = await startLibrdkafka(useSharedServices().kafka);
    await client.createTopic(topic, { partitions: 4 });
    await produceRatings(client, {
      topic,
      count: 20_000,
      seed: 11,
      dirtyShare: 0.05,
      hasTransactions: false,
    });
    await runConsumer(restCatalog(), { topic, table, flags: availableNow });
    const spark = await useSharedReader("spark");
    const catalogs = { rest: restCatalog().reference };
    const snapshots = await spark.sql(
      `SELECT snapshot_id FROM rest.default.${table}.snapshots ORDER BY committed_at`,
      catalogs,
    );
    const early = String(snapshots[1]?.["snapshot_id"]);
    await spark.sql(
      `CALL rest.system.rollback_to_snapshot('default.${table}', ${early})`,
      catalogs,
    );
    await using consumer = await startConsumer(restCatalog(), {
      topic,
      table,
      flags: availableNow,
    });
    const { code } = await consumer.exit;
    expect(code).not.toBe(0);
    expect(consumer.lastLines(20)).toContain("the table was rolled back");
  });
});
