import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import {
  apiVersions,
  encodeRequestFrame,
  fetch,
  FrameSplitter,
  metadata,
  ZERO_UUID,
} from "@salon/kafka-protocol";
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

/** ApiVersions with this version and header version 2, which all later ones have. */
function apiVersionsRequest(version: number, correlationId: number): Buffer {
  const header = { apiKey: 18, apiVersion: version, correlationId, clientId: "a" };
  return encodeRequestFrame(header, version >= 3, Buffer.alloc(0));
}

describe("a connection", () => {
  it("tells a client from the future its versions, in version 0 (KIP-511)", async () => {
    const { client } = await openConnection();
    client.write(apiVersionsRequest(99, 7));
    const [frame = Buffer.alloc(0)] = await receive(client, 1);
    expect(frame.readInt32BE(0)).toBe(7);
    const { errorCode, apis } = apiVersions.decodeResponse(0, frame.subarray(4));
    expect(errorCode).toBe(35); // UNSUPPORTED_VERSION
    expect(apis).toContainEqual({ key: 18, minVersion: 0, maxVersion: 3 });
  });

  it("answers requests that come in one piece, in their order", async () => {
    const { client } = await openConnection();
    const requests = [7, 8, 9].map((correlationId) => apiVersionsRequest(0, correlationId));
    client.write(Buffer.concat(requests));
    const frames = await receive(client, 3);
    expect(frames.map((frame) => frame.readInt32BE(0))).toEqual([7, 8, 9]);
  });

  it.each([
    ["a version that is not served", frameOf(metadata, 10, METADATA_REQUEST).fill(99, 6, 8)],
    [
      "a body that is cut off",
      Buffer.from("0000000c 0003 0001 00000007 ffff 7fff".replaceAll(" ", ""), "hex"),
    ],
    ["a negative size", Buffer.from("ffffffff", "hex")],
  ])("ends at %s", async (_name, bytes) => {
    const { client } = await openConnection();
    client.resume();
    client.write(bytes);
    await once(client, "close");
    expect(client.bytesRead).toBe(0);
  });

  it("tells of what went wrong in the broker as an error of the request", async () => {
    const { broker, client } = await openConnection();
    broker.topics.create = () => {
      throw new Error("no space left on device");
    };
    const topics = [{ topicId: ZERO_UUID, name: "new" }];
    client.write(
      frameOf(metadata, 4, { ...METADATA_REQUEST, topics, allowAutoTopicCreation: true }),
    );
    const [frame = Buffer.alloc(0)] = await receive(client, 1);
    const { topics: answered } = metadata.decodeResponse(4, frame.subarray(4));
    expect(answered).toMatchObject([{ name: "new", errorCode: -1 }]);
  });

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
