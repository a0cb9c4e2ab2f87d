import { setTimeout as sleep } from "node:timers/promises";
import { rowAt } from "@salon/columns";
import { startDevBroker } from "@salon/dev-broker";
import { openCatalog, openTable } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { openKafkaSink, openKafkaSource } from "@salon/kafka-io";
import type { KafkaSource } from "@salon/kafka-io";
import { ratingsSchema } from "@salon/schema";
import { runSink } from "@salon/sink";
import { expect, it } from "vitest";

const PARTITIONS = 6;
const MEMBERS_MAX = 5;
const SEED = 7;
/** The storm goes on until there were as many changes of members, and as many commits of rows. */
const CHANGES_MIN = 30;
const COMMITS_MIN = 10;

const topic = "ratings";
const silent = { debug() {}, info() {}, warn() {} };

/** A member of the group, in this process. */
interface Member {
  /** Leaves in order; throws what the sink ended with, if it ended before. */
  leave(): Promise<void>;
}

interface Storm {
  readonly bootstrapServers: string;
  readonly catalog: Catalog;
  /** Commits of rows by all members. */
  commits: number;
  /** The sum of the partitions' positions, as the newest commit has it. */
  position: number;
}

async function join(storm: Storm, clientId: string): Promise<Member> {
  // Connected before anything breaks: whoever opens a source tries again, as salon-consume does.
  const source = await openKafkaSource({
    bootstrapServers: [storm.bootstrapServers],
    clientId,
    topic,
    groupId: "storm",
    sessionTimeoutMs: 1_500,
    heartbeatIntervalMs: 100,
    maxWaitMs: 50,
  });
  const leaving = new AbortController();
  const running = runMember(storm, source, leaving.signal);
  running.catch(() => undefined);
  return {
    leave() {
      leaving.abort();
      return running;
    },
  };
}

async function runMember(storm: Storm, opened: KafkaSource, signal: AbortSignal): Promise<void> {
  await using source = opened;
  const settings = {
    topic,
    table: { namespace: [], name: "bronze" },
    startingOffsets: "earliest",
    commitIntervalMs: 100,
  } as const;
  await runSink(settings, {
    catalog: storm.catalog,
    source,
    events: ratingsSchema,
    logger: silent,
    signal,
    onReport: (report) => {
      if (report.kind !== "committed") return;
      if (report.plan.kind === "unit") storm.commits++;
      const next = [...report.record.ledger.values()].map((ledger) => ledger.next);
      const position = next.reduce((sum, offset) => sum + offset, 0);
      storm.position = Math.max(storm.position, position);
    },
  });
}

/** The same numbers below `end` in every run (a linear congruential generator). */
function createRandom(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
}

it("has every rating once, and goes on, while members come and go and connections break", async () => {
  await using broker = await startDevBroker({ topics: [{ name: topic, partitions: PARTITIONS }] });
  await using catalog = await openCatalog({ type: "memory" });
  const { bootstrapServers } = broker;
  const storm: Storm = { bootstrapServers, catalog, commits: 0, position: 0 };
  await using producer = await openKafkaSink({ bootstrapServers: [bootstrapServers], topic });
  const random = createRandom(SEED);
  const members: Member[] = [];
  const left: Promise<void>[] = [];
  let sent = 0;
  let joined = 0;

  async function sendSome(): Promise<void> {
    const records = Array.from({ length: 10 * PARTITIONS }, (_, index) => {
      const event = { customer_id: 7, comment: `rating ${sent++}` };
      return { partition: index % PARTITIONS, value: Buffer.from(JSON.stringify(event)) };
    });
    await producer.send(records);
  }
  async function changeMembers(): Promise<void> {
    const isJoin = members.length < 2 || (members.length < MEMBERS_MAX && random(2) === 0);
    if (isJoin) {
      members.push(await join(storm, `member-${joined++}`));
    } else {
      const [member] = members.splice(random(members.length), 1);
      if (member !== undefined) left.push(member.leave());
    }
  }

  for (let changes = 0; changes < CHANGES_MIN || storm.commits < COMMITS_MIN; changes++) {
    await changeMembers();
    await sendSome();
    if (changes % 10 === 9) broker.dropConnections();
    await sleep(50 + random(150));
  }
  const [last, ...others] = members;
  await Promise.all([...left, ...others.map((member) => member.leave())]);
  // No other member is there to do it.
  while (storm.position < sent) await sleep(20);
  await last?.leave();

  const comments: unknown[] = [];
  for await (const { batch } of (await openTable(catalog, "bronze")).scan()) {
    for (let row = 0; row < batch.rowCount; row++) comments.push(rowAt(batch, row)["comment"]);
  }
  const expected = Array.from({ length: sent }, (_, index) => `rating ${index}`);
  expect(comments).toHaveLength(sent);
  expect(new Set(comments)).toEqual(new Set(expected));
}, 120_000);
