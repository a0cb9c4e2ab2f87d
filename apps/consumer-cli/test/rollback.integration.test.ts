import { randomUUID } from "node:crypto";
import { checkLedger, startLibrdkafka, useSharedReader, useSharedServices } from "@salon/testkit";
import { describe, expect, it } from "vitest";
import {
  hadoopCatalog,
  restCatalog,
  runConsumer,
  runTable,
  startConsumer,
} from "./pipeline/commands.ts";
import type { TestCatalog } from "./pipeline/commands.ts";
import { expectedRow, produceRatings } from "./pipeline/produced-ratings.ts";
import type { ProducedRating } from "./pipeline/produced-ratings.ts";

const availableNow = ["--trigger", "available-now", "--commit-rows", "500"];

/** Takes the table back in Spark to where it had so many of its snapshots. */
async function rollBack(
  { kind, reference, tableName }: TestCatalog,
  table: string,
  snapshotCount: number,
): Promise<void> {
  const spark = await useSharedReader("spark");
  const catalogs = { [kind]: reference };
  const name = tableName(table);
  const snapshots = await spark.sql(
    `SELECT snapshot_id FROM ${kind}.${name}.snapshots ORDER BY committed_at`,
    catalogs,
  );
  const id = String(snapshots[snapshotCount - 1]?.["snapshot_id"]);
  await spark.sql(`CALL ${kind}.system.rollback_to_snapshot('${name}', ${id})`, catalogs);
}

/** As PyIceberg reads table and dead letters, and as `verify` does. */
async function expectWhole(
  { reference, tableName, ...catalog }: TestCatalog,
  table: string,
  topic: string,
  produced: readonly ProducedRating[],
): Promise<void> {
  const pyiceberg = await useSharedReader("pyiceberg");
  const read = (name: string): ReturnType<typeof pyiceberg.readTable> =>
    pyiceberg.readTable({ catalog: reference, table: tableName(name) });
  const report = checkLedger({
    produced,
    expected: expectedRow,
    tableRows: await read(table),
    deadLetterRows: await read(`${table}_dead_letters`),
  });
  expect(report.faults).toEqual([]);
  expect(report.recordCount).toBe(produced.length);
  const { bootstrapServers } = useSharedServices().kafka;
  await runTable({ reference, tableName, ...catalog }, [
    "verify",
    `--table=${table}`,
    `--bootstrap-servers=${bootstrapServers}`,
    `--topic=${topic}`,
    "--deep",
  ]);
}

describe.each([
  ["a REST catalog", restCatalog],
  ["the hadoop layout", hadoopCatalog],
])("a rollback in Spark, in %s", (_, catalogOf) => {
  it("ends the sink, and is gone on from by flag", async () => {
    const catalog = catalogOf();
    const table = `rolled_back_${Date.now()}`;
    const topic = `rolled-back-${randomUUID()}`;
    await using client = await startLibrdkafka(useSharedServices().kafka);
    await client.createTopic(topic, { partitions: 4 });
    const ratings = { topic, count: 6_000, dirtyShare: 0.05, hasTransactions: false };
    const first = await produceRatings(client, { ...ratings, seed: 11 });
    await runConsumer(catalog, { topic, table, flags: availableNow });
    await rollBack(catalog, table, 2);

    await using refusing = await startConsumer(catalog, { topic, table, flags: availableNow });
    const { code } = await refusing.exit;
    expect(code).toBe(7);
    expect(refusing.lastLines(20)).toContain("the table was rolled back");

    const second = await produceRatings(client, { ...ratings, count: 2_000, seed: 12 });
    await runConsumer(catalog, {
      topic,
      table,
      flags: [...availableNow, "--on-rollback", "accept"],
    });
    await expectWhole(catalog, table, topic, [...first, ...second]);
  });
});

it("a rollback in Spark is accepted by members that run", async () => {
  const catalog = restCatalog();
  const table = `rolled_back_running_${Date.now()}`;
  const topic = `rolled-back-running-${randomUUID()}`;
  await using client = await startLibrdkafka(useSharedServices().kafka);
  await client.createTopic(topic, { partitions: 4 });
  const flags = ["--commit-interval=1s", "--on-rollback=accept"];
  await using one = await startConsumer(catalog, { topic, table, flags });
  await using other = await startConsumer(catalog, { topic, table, flags });
  const members = [one, other];
  const produced: ProducedRating[] = [];
  const send = async (seed: number): Promise<void> => {
    const ratings = { topic, count: 500, seed, dirtyShare: 0.2, hasTransactions: false };
    produced.push(...(await produceRatings(client, ratings)));
  };
  const commits = (): number =>
    members.flatMap((member) => member.stderr().split('"msg":"committed"').slice(1)).length;
  // The first position, and units above the one that the table is taken back to.
  for (let seed = 1; commits() < 4; seed++) await send(seed);
  await rollBack(catalog, table, 2);
  await send(1001);
  await Promise.race(members.map((member) => member.waitForLine(/"plan":"restore"/)));
  await send(1002);
  for (const member of members) expect(await member.stop()).toEqual({ code: 0 });
  await runConsumer(catalog, { topic, table, flags: availableNow });
  await expectWhole(catalog, table, topic, produced);
});
