import { getEventListeners } from "node:events";
import { ERROR_CODES, fetch, type RequestOf, type ResponseOf } from "@salon/kafka-protocol";
import { describe, expect, it } from "vitest";
import { fetchHandler } from "../../src/handlers/01-fetch.ts";
import type { RequestContext } from "../../src/handlers/handler.ts";
import { contextOf, createMemoryBroker } from "../memory-broker.ts";
import { fetchRequest } from "../messages.ts";
import { recordBatch } from "../record-batches.ts";

const VERSION = 11;
const MEBIBYTE = 1024 * 1024;

async function answer(
  request: RequestOf<typeof fetch>,
  context: RequestContext,
): Promise<ResponseOf<typeof fetch>> {
  const bytes = await fetchHandler.answer(fetch.encodeRequest(VERSION, request), context);
  return fetch.decodeResponse(VERSION, bytes ?? Buffer.alloc(0));
}

function recordsOf({ topics }: ResponseOf<typeof fetch>): Buffer {
  return topics[0]?.partitions[0]?.records ?? Buffer.alloc(0);
}

describe("Fetch", () => {
  it("waits for the first record, and leaves nothing behind on the connection", async () => {
    const broker = createMemoryBroker();
    const context = contextOf(broker, VERSION);
    const waiting = answer(fetchRequest(), context);
    expect(getEventListeners(context.signal, "abort")).toHaveLength(1);
    broker.topics.partition("t", 0)?.append(recordBatch(), MEBIBYTE);
    expect(recordsOf(await waiting)).toHaveLength(recordBatch().length);
    expect(getEventListeners(context.signal, "abort")).toHaveLength(0);
  });

  it("waits no longer than its client is there", async () => {
    const client = new AbortController();
    const waiting = answer(fetchRequest(), contextOf(createMemoryBroker(), VERSION, client));
    client.abort();
    expect(recordsOf(await waiting)).toHaveLength(0);
  });

  it("knows a topic by its id from version 13 on, and one that is gone by none", async () => {
    const version = 13;
    const broker = createMemoryBroker();
    broker.topics.partition("t", 0)?.append(recordBatch(), MEBIBYTE);
    const ask = async (topicId: string): Promise<ResponseOf<typeof fetch>> => {
      const topics = fetchRequest().topics.map((topic) => ({ ...topic, topicId }));
      const body = fetch.encodeRequest(version, fetchRequest({ topics }));
      const bytes = await fetchHandler.answer(body, contextOf(broker, version));
      return fetch.decodeResponse(version, bytes ?? Buffer.alloc(0));
    };
    const topic = broker.topics.get("t");
    expect(recordsOf(await ask(topic?.id ?? ""))).toHaveLength(recordBatch().length);
    if (topic !== undefined) broker.topics.delete(topic);
    broker.topics.create("t", 1).partitions[0]?.append(recordBatch(), MEBIBYTE);
    const gone = await ask(topic?.id ?? "");
    expect(gone.topics[0]).toMatchObject({
      topicId: topic?.id,
      partitions: [{ errorCode: ERROR_CODES.UNKNOWN_TOPIC_ID }],
    });
    expect(recordsOf(gone)).toHaveLength(0);
  });

  it("answers at once who wants nothing", async () => {
    const context = contextOf(createMemoryBroker(), VERSION);
    expect((await answer(fetchRequest({ topics: [] }), context)).topics).toEqual([]);
  });

  it("gives 55 MiB at most, whatever is asked for", async () => {
    const broker = createMemoryBroker();
    const batch = recordBatch({ payloadSize: 8 * MEBIBYTE });
    for (let i = 0; i < 8; i++) broker.topics.partition("t", 0)?.append(batch, 2 * batch.length);
    const request = fetchRequest({ maxBytes: 2 ** 31 - 1 });
    const topics = request.topics.map(({ partitions, ...topic }) => ({
      ...topic,
      partitions: partitions.map((partition) => ({ ...partition, maxBytes: 2 ** 31 - 1 })),
    }));
    const records = recordsOf(await answer({ ...request, topics }, contextOf(broker, VERSION)));
    expect(records).toHaveLength(6 * batch.length);
  });
});
