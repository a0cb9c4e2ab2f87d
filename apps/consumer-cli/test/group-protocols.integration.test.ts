import { randomUUID } from "node:crypto";
import {
  expectExactlyOnce,
  startLibrdkafka,
  useSharedReader,
  useSharedServices,
} from "@salon/testkit";
import type { ManagedProcess } from "@salon/testkit";
import { expect, it } from "vitest";
import { restCatalog, runConsumer, runTable, startConsumer } from "./pipeline/commands.ts";
import { expectedRow, produceRatings } from "./pipeline/produced-ratings.ts";
import type { ProducedRating } from "./pipeline/produced-ratings.ts";

const PARTITIONS = 4;
const WAIT = { timeout: 120_000, interval: 250 };

/** A process of the group, and where its page is. */
interface Member {
  readonly consumer: ManagedProcess;
  readonly url: string;
}

/** What is read here of a member's `/status.json`. */
interface Status {
  readonly group?: {
    readonly described?: {
      readonly state: string;
      readonly members: readonly { readonly partitions: readonly number[] }[];
    };
  };
}

/** The group as a member's page shows it: its state, and how many partitions each member has. */
async function shownGroup({ url }: Member): Promise<readonly [string, readonly number[]]> {
  const status = (await (await fetch(`${url}/status.json`)).json()) as Status;
  const { state = "", members = [] } = status.group?.described ?? {};
  return [state, members.map(({ partitions }) => partitions.length)];
}

it("members change to the brokers' protocol one by one and back, and each rating is there once", async () => {
  const topic = `protocols-${randomUUID()}`;
  const table = `protocols_${Date.now()}`;
  await using client = await startLibrdkafka(useSharedServices().kafka);
  await client.createTopic(topic, { partitions: PARTITIONS });
  await using resources = new AsyncDisposableStack();
  const produced: ProducedRating[] = [];
  const produce = async (): Promise<void> => {
    const seed = produced.length + 1;
    const ratings = { topic, count: 2_000, seed, dirtyShare: 0.05, hasTransactions: false };
    produced.push(...(await produceRatings(client, ratings)));
  };
  const start = async (protocol: "classic" | "consumer"): Promise<Member> => {
    const flags = ["--ui-port=0", "--commit-interval=200ms", `--group-protocol=${protocol}`];
    const consumer = resources.use(await startConsumer(restCatalog(), { topic, table, flags }));
    const line = await consumer.waitForLine(/status page at/, { timeoutMs: 60_000 });
    return { consumer, url: (JSON.parse(line) as { readonly url: string }).url };
  };
  /** Ends a member orderly and starts another one in its place, with records on their way. */
  const replace = async (member: Member, protocol: "classic" | "consumer"): Promise<Member> => {
    const producing = produce();
    expect(await member.consumer.stop({ graceMs: 30_000 })).toEqual({ code: 0 });
    const other = await start(protocol);
    await producing;
    await expect
      .poll(() => shownGroup(other), WAIT)
      .toEqual(["Stable", [PARTITIONS / 2, PARTITIONS / 2]]);
    await produce();
    return other;
  };

  await produce();
  let first = await start("classic");
  let second = await start("classic");
  for (const protocol of ["consumer", "classic"] as const) {
    first = await replace(first, protocol);
    second = await replace(second, protocol);
  }
  for (const { consumer } of [first, second]) {
    expect(await consumer.stop({ graceMs: 30_000 })).toEqual({ code: 0 });
  }
  // What came last may not have been read yet.
  await runConsumer(restCatalog(), { topic, table, flags: ["--trigger=available-now"] });
  const reader = await useSharedReader("pyiceberg");
  const { reference, tableName } = restCatalog();
  const read = (name: string) => reader.readTable({ catalog: reference, table: tableName(name) });
  expectExactlyOnce({
    produced,
    expected: expectedRow,
    tableRows: await read(table),
    deadLetterRows: await read(`${table}_dead_letters`),
  });
  const { bootstrapServers } = useSharedServices().kafka;
  const args = [`--table=${table}`, `--topic=${topic}`, `--bootstrap-servers=${bootstrapServers}`];
  expect(await runTable(restCatalog(), ["verify", "--deep", ...args])).toMatch(/: proved:/u);
});
