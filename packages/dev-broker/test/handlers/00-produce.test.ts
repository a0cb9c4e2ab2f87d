import { ERROR_CODES, produce, type RequestOf } from "@salon/kafka-protocol";
import { beforeEach, describe, expect, it } from "vitest";
import type { Broker } from "../../src/broker.ts";
import { produceHandler } from "../../src/handlers/00-produce.ts";
import { contextOf, createMemoryBroker } from "../memory-broker.ts";
import { produceRequest } from "../messages.ts";
import { recordBatch } from "../record-batches.ts";

const VERSION = 7;

let broker: Broker;
let connection: AbortController;
beforeEach(() => {
  broker = createMemoryBroker();
  connection = new AbortController();
});

/** The first partition's answer; undefined where there is none. */
async function answer(request: RequestOf<typeof produce>) {
  const body = produce.encodeRequest(VERSION, request);
  const bytes = await produceHandler.answer(body, contextOf(broker, VERSION, connection));
  return bytes && produce.decodeResponse(VERSION, bytes).topics[0]?.partitions[0];
}

function endOffset(): number | undefined {
  return broker.topics.partition("t", 0)?.endOffset;
}

describe("Produce", () => {
  it.each([1, -1])("answers acks=%d with where the records stand", async (acks) => {
    await answer(produceRequest(recordBatch({ count: 3 }), { acks }));
    expect(await answer(produceRequest(recordBatch(), { acks }))).toEqual({
      index: 0,
      errorCode: ERROR_CODES.NONE,
      baseOffset: 3n,
      logAppendTimeMs: -1n,
      logStartOffset: 0n,
    });
  });

  it("appends without an answer for acks=0", async () => {
    expect(await answer(produceRequest(recordBatch(), { acks: 0 }))).toBeUndefined();
    expect(endOffset()).toBe(1);
    expect(connection.signal.aborted).toBe(false);
  });

  it("ends the connection for an error with acks=0, and sends nothing that nobody waits for", async () => {
    const request = produceRequest(undefined, { acks: 0 });
    expect(await answer(request)).toBeUndefined();
    expect(connection.signal.aborted).toBe(true);
    const body = produce.encodeRequest(VERSION, request);
    expect(produceHandler.refuse(body, VERSION, ERROR_CODES.REQUEST_TIMED_OUT)).toBeUndefined();
  });

  it("refuses other acks", async () => {
    const refused = await answer(produceRequest(recordBatch(), { acks: 2 }));
    expect(refused?.errorCode).toBe(ERROR_CODES.INVALID_REQUIRED_ACKS);
    expect(endOffset()).toBe(0);
  });

  it("does not bring a deleted topic back", async () => {
    const refused = await answer(produceRequest(recordBatch(), { topic: "gone" }));
    expect(refused?.errorCode).toBe(ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION);
    expect(broker.topics.get("gone")).toBeUndefined();
  });
});
