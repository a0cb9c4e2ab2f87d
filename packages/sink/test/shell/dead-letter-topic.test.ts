import { rowAt } from "@salon/columns";
import { openCatalog, scanTable } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { KafkaIoError } from "@salon/kafka-io";
import type { KafkaSink, OutgoingRecord, SentBatch } from "@salon/kafka-io";
import { ratingsSchema } from "@salon/schema";
import { describe, expect, it, vi } from "vitest";
import { bronzeLayout } from "../../src/mapping/bronze-schema.ts";
import { DEAD_LETTER_LAYOUT } from "../../src/mapping/dead-letter-schema.ts";
import { readPosition } from "../../src/protocol/position.ts";
import { runSink } from "../../src/shell/run-sink.ts";
import type { SinkSummary } from "../../src/shell/run-sink.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";

const table = { namespace: [], name: "bronze" };
const deadLetters = { namespace: [], name: "bronze_dead_letters" };

/** A topic that keeps what it gets; `fail` may throw before it takes a batch. */
class MemorySink implements KafkaSink {
  readonly records: OutgoingRecord[] = [];
  created: number | undefined;
  fail: (() => void) | undefined;

  ensureTopic(partitionCount: number): Promise<"created" | "exists"> {
    this.created = partitionCount;
    return Promise.resolve("created");
  }

  send(records: readonly OutgoingRecord[]): Promise<readonly SentBatch[]> {
    this.fail?.();
    this.records.push(...records);
    return Promise.resolve([]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  offsets(): readonly string[] {
    return this.records.map((record) => textsOf(record)["salon.source.offset"] ?? "");
  }
}

function textsOf({ headers = [] }: OutgoingRecord): Record<string, string> {
  return Object.fromEntries(
    headers.map(({ name, value }) => [name, Buffer.from(value ?? []).toString()]),
  );
}

async function drain(
  catalog: Catalog,
  topic: MemoryTopic,
  deadLetterSink: KafkaSink,
  logger = { debug() {}, info() {}, warn() {} },
): Promise<SinkSummary> {
  await using source = new MemorySource(topic, [0]);
  return await runSink(
    {
      topic: topic.name,
      table,
      assign: [0],
      startingOffsets: "earliest",
      trigger: "available-now",
    },
    {
      catalog,
      source,
      events: ratingsSchema,
      deadLetterSink,
      logger,
      signal: new AbortController().signal,
    },
  );
}

async function offsetsIn(catalog: Catalog): Promise<unknown[]> {
  const offsets: unknown[] = [];
  for await (const { batch } of scanTable({ table: await catalog.loadTable(deadLetters) })) {
    for (let row = 0; row < batch.rowCount; row++) {
      offsets.push(rowAt(batch, row)["_kafka_offset"]);
    }
  }
  return offsets.toSorted((a, b) => Number(a) - Number(b));
}

function dirtyTopic(): MemoryTopic {
  const topic = new MemoryTopic(1);
  topic.append(0, '{"customer_id":1}', "no json", null);
  return topic;
}

describe("a topic of dead letters", () => {
  it("gets the exact record, and headers that say which it is and what is wrong", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const sink = new MemorySink();
    const topic = dirtyTopic();
    // Two of them: a name of five bytes with a value of two, the same name with null.
    const name = [0x0a, ...Buffer.from("trace")];
    topic.headerBytes = new Uint8Array([0x04, ...name, 0x04, 0, 255, ...name, 0x01]);
    await drain(catalog, topic, sink);
    expect(sink.created).toBe(1);
    expect(sink.offsets()).toEqual(["1", "2"]);
    expect(sink.records[0]?.value).toEqual(new Uint8Array(Buffer.from("no json")));
    expect(sink.records[1]?.value).toBeUndefined();
    const [first, second, ...ours] = sink.records[0]?.headers ?? [];
    expect(first).toEqual({ name: "trace", value: new Uint8Array([0, 255]) });
    expect(second).toEqual({ name: "trace" });
    const { metadata } = await catalog.loadTable(table);
    const { "salon.decided-by": decidedBy, ...texts } = textsOf({ headers: ours });
    expect(texts).toEqual({
      "salon.source.topic": "ratings",
      "salon.source.partition": "0",
      "salon.source.offset": "1",
      "salon.error.code": "INVALID_JSON",
      "salon.error.message": expect.stringMatching(/\S/) as string,
    });
    expect(metadata.snapshots.map(({ snapshotId }) => snapshotId.toString())).toContain(decidedBy);
    expect(await offsetsIn(catalog)).toEqual([1n, 2n]);
  });

  it("has them before their table counts them, and again after a death in between", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const sink = new MemorySink();
    const commitTable = catalog.commitTable.bind(catalog);
    const dying = vi.spyOn(catalog, "commitTable").mockImplementation(async (...args) => {
      const [base] = args;
      if (base.identifier.name === deadLetters.name && sink.records.length > 0) {
        throw new Error("died");
      }
      return commitTable(...args);
    });
    await expect(drain(catalog, dirtyTopic(), sink)).rejects.toThrow("died");
    dying.mockRestore();
    expect(sink.offsets()).toEqual(["1", "2"]);
    expect(await offsetsIn(catalog)).toEqual([]);
    await drain(catalog, dirtyTopic(), sink);
    expect(sink.offsets()).toEqual(["1", "2", "1", "2"]);
    expect(await offsetsIn(catalog)).toEqual([1n, 2n]);
  });

  it("is waited for; what waits for it stays in the outbox", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const sink = new MemorySink();
    let failures = 0;
    sink.fail = () => {
      if (++failures > 2) return;
      throw new KafkaIoError("KAFKA_UNREACHABLE", "away", { retryable: true });
    };
    await drain(catalog, dirtyTopic(), sink);
    expect(failures).toBe(3);
    expect(await offsetsIn(catalog)).toEqual([1n, 2n]);

    const refusing = new MemorySink();
    refusing.fail = () => {
      throw new KafkaIoError("RECORD_TOO_LARGE", "larger than the topic takes");
    };
    const topic = dirtyTopic();
    topic.append(0, "no json either");
    await expect(drain(catalog, topic, refusing)).rejects.toMatchObject({
      code: "RECORD_TOO_LARGE",
    });
    const reading = readPosition((await catalog.loadTable(table)).metadata, "ratings");
    expect(reading).toMatchObject({ record: { pending: [{ rows: 1 }] } });
    await drain(catalog, topic, sink);
    expect(sink.offsets()).toEqual(["1", "2", "3"]);
  });

  it("needs a table that keeps headers; without a topic one that keeps none goes on", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const { schema, ...layout } = DEAD_LETTER_LAYOUT;
    const fields = schema.fields.filter(({ name }) => name !== "_kafka_headers");
    await catalog.createTable(table, bronzeLayout(ratingsSchema, "string"));
    await catalog.createTable(deadLetters, { ...layout, schema: { ...schema, fields } });
    await expect(drain(catalog, dirtyTopic(), new MemorySink())).rejects.toMatchObject({
      code: "TABLE_INCOMPATIBLE",
      message: expect.stringContaining("ADD COLUMN _kafka_headers ARRAY<STRUCT<") as string,
    });
    await using source = new MemorySource(dirtyTopic(), [0]);
    const logger = { debug() {}, info() {}, warn() {} };
    const { signal } = new AbortController();
    await runSink(
      {
        topic: "ratings",
        table,
        assign: [0],
        startingOffsets: "earliest",
        trigger: "available-now",
      },
      { catalog, source, events: ratingsSchema, logger, signal },
    );
    expect(await offsetsIn(catalog)).toEqual([1n, 2n]);
  });
});
