import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { startLibrdkafka, useSharedReader, useSharedServices } from "@salon/testkit";
import type { ManagedProcess } from "@salon/testkit";
import { expect, it } from "vitest";
import { restCatalog, runTable, startConsumer } from "./pipeline/commands.ts";
import { rating } from "./pipeline/consumer-outcome.ts";

const COUNT = 500;
const PARTITIONS = Array.from({ length: COUNT }, (_, partition) => partition);
const flags = [
  "--commit-interval=500ms",
  // Who stands still is a member all the same, and keeps its partitions.
  "--session-timeout=60s",
];

/** Offsets that a member said it has committed, by partition. */
function committedBy(member: ManagedProcess): ReadonlyMap<number, number> {
  const lines = member.stderr().split("\n");
  const commits = lines.filter((line) => line.includes('"msg":"committed"'));
  return new Map(
    commits.flatMap((line) => {
      const { offsets } = JSON.parse(line) as {
        readonly offsets: Record<string, readonly [start: number, end: number]>;
      };
      return Object.entries(offsets).map(
        ([partition, [, end]]) => [Number(partition), end] as const,
      );
    }),
  );
}

/** Waits until members have committed partitions up to an offset. */
async function committedTo(
  offset: number,
  partitions: readonly number[],
  members: readonly ManagedProcess[],
): Promise<void> {
  for (;;) {
    const done = members.map((member) => committedBy(member));
    const isOver = (partition: number): boolean =>
      done.some((offsets) => (offsets.get(partition) ?? 0) >= offset);
    if (partitions.every(isOver)) return;
    await sleep(100);
  }
}

it("a member that stands still holds up nobody, nor do idle members and partitions", async () => {
  const topic = `wide-${randomUUID()}`;
  const table = `wide_${Date.now()}`;
  await using client = await startLibrdkafka(useSharedServices().kafka);
  await client.createTopic(topic, { partitions: COUNT });
  const start = (): Promise<ManagedProcess> =>
    startConsumer(restCatalog(), { topic, table, flags });
  await using first = await start();
  await using second = await start();
  await using third = await start();
  const members = [first, second, third];
  let round = 0;
  const produce = async (partitions: readonly number[]): Promise<void> => {
    const records = partitions.map((partition) => ({ partition, ...rating(partition) }));
    await client.produce({ topic, records });
  };
  const ownedBy = (member: ManagedProcess): readonly number[] =>
    [...committedBy(member)].filter(([, next]) => next === round).map(([partition]) => partition);

  // Until each member has a third of the partitions, as the group's protocol shares them out.
  do {
    round += 1;
    await produce(PARTITIONS);
    await committedTo(round, PARTITIONS, members);
  } while (members.some((member) => ownedBy(member).length < Math.floor(COUNT / 3)));

  const still = ownedBy(second);
  const others = PARTITIONS.filter((partition) => !still.includes(partition));
  const [busy = 0, ...idle] = others;
  second.suspend();
  // One partition has a record; of the two members that run one has nothing at all.
  await produce([busy]);
  await committedTo(round + 1, [busy], members);
  await produce([...idle, ...still]);
  await committedTo(round + 1, others, members);
  expect(ownedBy(second)).toEqual(still);

  second.resume();
  await committedTo(round + 1, still, [second]);
  for (const member of members) {
    expect(await member.stop({ graceMs: 30_000 })).toMatchObject({ code: 0 });
  }

  const reader = await useSharedReader("pyiceberg");
  const { reference, tableName } = restCatalog();
  const rows = await reader.readTable({ catalog: reference, table: tableName(table) });
  const places = rows.map(
    (row) => `${String(row["_kafka_partition"])}/${String(row["_kafka_offset"])}`,
  );
  expect(places).toHaveLength(COUNT * (round + 1));
  expect(new Set(places).size).toBe(places.length);
  const { bootstrapServers } = useSharedServices().kafka;
  await runTable(restCatalog(), [
    "verify",
    `--table=${table}`,
    `--bootstrap-servers=${bootstrapServers}`,
    `--topic=${topic}`,
    "--deep",
  ]);
}, 180_000);
