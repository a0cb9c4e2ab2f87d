import { randomUUID } from "node:crypto";
import type { Broker } from "../src/broker.ts";
import type { RequestContext } from "../src/handlers/handler.ts";
import { GroupCoordinator } from "../src/group/group-coordinator.ts";
import { GroupOffsets } from "../src/group/group-offsets.ts";
import { createMemoryStore } from "../src/log/broker-store.ts";
import { Topics } from "../src/log/topics.ts";
import { processTimers } from "../src/timers.ts";

/** What handlers act on, without a server: topic "t" of one partition. */
export function createMemoryBroker(): Broker {
  const store = createMemoryStore();
  const topics = new Topics(store, [], () => undefined);
  topics.create("t", 1);
  const offsets = new GroupOffsets(store);
  let nextProducerId = 0n;
  return {
    settings: { partitions: 1, autoCreateTopics: true, messageBytesMax: 1_048_588 },
    clusterId: "a cluster",
    address: { host: "127.0.0.1", port: 29_092 },
    topics,
    groups: new GroupCoordinator({
      offsets,
      timers: processTimers,
      nowMs: () => performance.now(),
      createId: randomUUID,
    }),
    offsets,
    timers: processTimers,
    takeProducerId: () => nextProducerId++,
  };
}

/** A client of the broker whose connection is `connection`: aborted when it is to end. */
export function contextOf(
  broker: Broker,
  version: number,
  connection: AbortController = new AbortController(),
): RequestContext {
  return {
    broker,
    version,
    clientId: "test",
    clientHost: "/127.0.0.1",
    signal: connection.signal,
    endConnection: () => connection.abort(),
  };
}
