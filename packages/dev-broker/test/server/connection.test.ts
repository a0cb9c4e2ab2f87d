import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { fetch, FrameSplitter, metadata } from "@salon/kafka-protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Broker } from "../../src/broker.ts";
import { serveConnection } from "../../src/server/connection.ts";
import { Faults } from "../../src/server/faults.ts";
import { createMemoryBroker } from "../memory-broker.ts";
import { fetchRequest, frameOf, METADATA_REQUEST } from "../messages.ts";

let resources: AsyncDisposableStack;
beforeEach(() => {
  resources = new AsyncDisposableStack();
});
afterEach(async () => {
  await resources.disposeAsync();
});

interface Connection {
  readonly broker: Broker;
  /** The broker's end, and the client's. */
  readonly served: Socket;
  readonly client: Socket;
}

async function openConnection(): Promise<Connection> {
  const broker = createMemoryBroker();
  const server = createServer();
  server.listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  resources.defer(() => void server.close());
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const client = connect({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  client.on("error", () => undefined);
  const [served] = await accepted;
  resources.defer(() => {
    client.destroy();
    served.destroy();
  });
  serveConnection(served, broker, new Faults());
  return { broker, served, client };
}

/** Reads so many responses. */
async function receive(client: Socket, count: number): Promise<readonly Buffer[]> {
  const splitter = new FrameSplitter(2 ** 30);
  const frames: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  client.on("data", (bytes: Buffer) => {
    frames.push(...splitter.push(bytes));
    if (frames.length >= count) resolve();
  });
  await promise;
  return frames;
}

function metadataRequests(count: number): Buffer {
  const frame = frameOf(metadata, 1, METADATA_REQUEST);
  return Buffer.concat(Array.from({ length: count }, () => frame));
}

describe("a connection", () => {
  it("reads no further while many requests wait for one, and answers them all in the end", async () => {
    const { broker, served, client } = await openConnection();
    const paused = once(served, "pause");
    client.write(frameOf(fetch, 11, fetchRequest()));
    client.write(metadataRequests(100));
    await paused;
    const topic = broker.topics.get("t");
    if (topic !== undefined) broker.topics.delete(topic);
    expect(await receive(client, 101)).toHaveLength(101);
    expect(served.isPaused()).toBe(false);
  });

  it("holds no more answers for a client that does not read them than for one that does", async () => {
    const { broker, served, client } = await openConnection();
    // Answers of some 50 kB, of which the systems' buffers hold no 300.
    broker.topics.create("wide", 2_000);
    client.pause();
    const paused = once(served, "pause");
    client.write(metadataRequests(300));
    await paused;
    await new Promise((resolve) => setImmediate(resolve));
    expect(served.writableLength).toBeLessThan(1_000_000);
    client.resume();
    expect(await receive(client, 300)).toHaveLength(300);
  });
});
