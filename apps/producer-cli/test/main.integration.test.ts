import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createRatingGenerator } from "@salon/generator";
import { openKafkaSource, type RecordChunk } from "@salon/kafka-io";
import {
  createWorkDirectory,
  type ManagedProcess,
  startKafka,
  startNodeProgram,
  useSharedServices,
} from "@salon/testkit";
import { describe, expect, it } from "vitest";

const ENTRY = new URL("../src/main.ts", import.meta.url);

interface SentRecord {
  readonly partition: number;
  readonly key: string | undefined;
  readonly value: string | undefined;
}

/** Flags are separated by spaces; none of their values has one. */
function startProducer(flags: string): Promise<ManagedProcess> {
  return startNodeProgram({ name: "salon-produce", entry: ENTRY, args: flags.split(" ") });
}

/** Its exit code, with what it said, so that a failed test shows why. */
async function endOf(producer: ManagedProcess): Promise<{ code?: number; stderr: string }> {
  const { code } = await producer.exit;
  return { ...(code !== undefined && { code }), stderr: producer.stderr() };
}

function summaryOf(stderr: string): Record<string, unknown> {
  return JSON.parse(stderr.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
}

/** Everything in a topic, partition by partition. */
async function readTopic(
  bootstrapServers: string,
  topic: string,
  partitionCount: number,
): Promise<readonly SentRecord[]> {
  const assign = Array.from({ length: partitionCount }, (_, partition) => partition);
  await using source = await openKafkaSource({
    bootstrapServers: [bootstrapServers],
    topic,
    assign,
  });
  const description = await source.describeTopic();
  expect(description?.partitionCount).toBe(partitionCount);
  const ranges = await source.listOffsets(assign);
  const read = new Map(assign.map((partition) => [partition, [] as SentRecord[]]));
  await source.start({
    onAssigned: () => Promise.resolve(new Map(assign.map((partition) => [partition, 0]))),
    onRevoked: () => Promise.resolve(),
    onChunk: (chunk) => {
      read.get(chunk.partition)?.push(...recordsOf(chunk));
      return Promise.resolve();
    },
    onOutOfRange: () => Promise.reject(new Error("out of range")),
    onTrouble: () => {},
    isAlive: () => true,
  });
  const isRead = (): boolean =>
    assign.every((p) => (read.get(p)?.length ?? 0) >= (ranges.get(p)?.endOffset ?? 0));
  while (!isRead()) await sleep(50);
  await source.stop();
  return [...read.values()].flat();
}

function recordsOf(chunk: RecordChunk): readonly SentRecord[] {
  const text = (starts: Int32Array, ends: Int32Array, i: number): string | undefined =>
    starts[i] === -1
      ? undefined
      : Buffer.from(chunk.buffer.subarray(starts[i], ends[i])).toString("latin1");
  return Array.from({ length: chunk.count }, (_, i) => ({
    partition: chunk.partition,
    key: text(chunk.keyStarts, chunk.keyEnds, i),
    value: text(chunk.valueStarts, chunk.valueEnds, i),
  }));
}

/** Ratings differ from run to run only by the time at which they were made. */
function withoutTimes(value: string | undefined): string | undefined {
  return value?.replaceAll(/\d{4,5}-\d\d?-\d\d?[T ][\d:.]+/g, "");
}

describe("salon-produce", () => {
  it("creates the topic and sends every event once, each customer to one partition", async () => {
    const { bootstrapServers } = useSharedServices().kafka;
    const topic = `produce-${randomUUID()}`;
    await using producer = await startProducer(
      `--bootstrap-servers ${bootstrapServers} --topic ${topic} --partitions 3 ` +
        "--count 2500 --interval 0s --seed 5 --dirty 0.2",
    );
    expect(await endOf(producer)).toEqual({ code: 0, stderr: expect.stringContaining("sent ") });
    expect(summaryOf(producer.stderr())).toMatchObject({ records: 2_500, seed: 5 });

    const records = await readTopic(bootstrapServers, topic, 3);
    const generator = createRatingGenerator({ seed: 5, dirtyShare: 0.2 });
    const expected = Array.from({ length: 2_500 }, () => {
      const { key, value } = generator.next();
      return JSON.stringify([
        key && Buffer.from(key).toString(),
        withoutTimes(value && Buffer.from(value).toString("latin1")),
      ]);
    });
    const actual = records.map(({ key, value }) => JSON.stringify([key, withoutTimes(value)]));
    expect(actual.toSorted()).toEqual(expected.toSorted());
    const partitions = new Map<string, Set<number>>();
    for (const { key, partition } of records) {
      if (key === undefined) continue;
      partitions.set(key, (partitions.get(key) ?? new Set()).add(partition));
    }
    expect(partitions.size).toBe(20);
    for (const seen of partitions.values()) expect(seen.size).toBe(1);
  });

  it("flushes and says what it sent when it is ended", async () => {
    const { bootstrapServers } = useSharedServices().kafka;
    const topic = `produce-${randomUUID()}`;
    await using producer = await startProducer(
      `--bootstrap-servers ${bootstrapServers} --topic ${topic} --partitions 1 --rate 200`,
    );
    await producer.waitForLine(/sending ratings/);
    await sleep(1_000);
    expect(await producer.stop()).toEqual({ code: 0 });
    const { records } = summaryOf(producer.stderr());
    expect(records).toBeGreaterThan(0);
    expect((await readTopic(bootstrapServers, topic, 1)).length).toBe(records);
  });

  it("waits for a broker that is lost, and sends nothing twice", async () => {
    await using kafka = await startKafka();
    await using producer = await startProducer(
      `--bootstrap-servers ${kafka.bootstrapServers} --topic t --partitions 2 --rate 300 ` +
        "--count 3000 --seed 8",
    );
    await producer.waitForLine(/sending ratings/);
    await sleep(2_000);
    await kafka.kill();
    await sleep(2_000);
    await kafka.restart();
    expect(await endOf(producer)).toEqual({ code: 0, stderr: expect.stringContaining("sent ") });

    const records = await readTopic(kafka.bootstrapServers, "t", 2);
    const generator = createRatingGenerator({ seed: 8 });
    const expected = Array.from(
      { length: 3_000 },
      () => withoutTimes(Buffer.from(generator.next().value ?? []).toString("latin1")) ?? "",
    );
    const actual = records.map(({ value }) => withoutTimes(value) ?? "");
    expect(actual.toSorted()).toEqual(expected.toSorted());
  });

  it("names a topic that is not there", async () => {
    const { bootstrapServers } = useSharedServices().kafka;
    const topic = `absent-${randomUUID()}`;
    await using producer = await startProducer(
      `--bootstrap-servers ${bootstrapServers} --topic ${topic} --count 1`,
    );
    expect(await endOf(producer)).toMatchObject({ code: 5 });
    expect(producer.stderr()).toContain(topic);
    expect(producer.stderr()).toContain("--partitions");
    expect(producer.stderr()).not.toContain("    at ");
  });

  it("sends over TLS as a user, and says when the password is wrong", async () => {
    await using kafka = await startKafka({ security: "sasl_ssl" });
    await using folder = await createWorkDirectory("produce");
    const { secured } = kafka;
    if (secured === undefined) throw new Error("Kafka has no secured listener");
    const [caFile, passwordFile] = [join(folder.path, "ca.pem"), join(folder.path, "password")];
    await writeFile(caFile, secured.ca);
    const flags =
      `--bootstrap-servers ${secured.bootstrapServers} --security-protocol SASL_SSL ` +
      `--ssl-ca-file ${caFile} --sasl-username ${secured.username} ` +
      `--sasl-password-file ${passwordFile} --topic t --partitions 1 --count 10 --interval 0s`;

    await writeFile(passwordFile, `${secured.password}\n`);
    await using right = await startProducer(flags);
    expect(await endOf(right)).toEqual({ code: 0, stderr: expect.stringContaining("sent ") });
    expect((await readTopic(kafka.bootstrapServers, "t", 1)).length).toBe(10);

    await writeFile(passwordFile, "wr0ng");
    await using wrong = await startProducer(flags);
    expect(await endOf(wrong)).toMatchObject({ code: 4 });
    expect(wrong.stderr()).toContain(secured.bootstrapServers);
    expect(wrong.stderr()).not.toContain("wr0ng");
  });
});
