import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { startKafkaGateProxy } from "../../src/faults/kafka-gate-proxy.ts";

const FETCH = 1;
const OFFSET_COMMIT = 8;

/** A request of an API key: its length, the key, and a byte to know it by. */
function request(apiKey: number, mark: number): Buffer {
  const bytes = Buffer.alloc(7);
  bytes.writeInt32BE(3, 0);
  bytes.writeInt16BE(apiKey, 4);
  bytes.writeUInt8(mark, 6);
  return bytes;
}

/** A broker that answers every byte with itself, a proxy before it, and a client of that. */
async function startEcho() {
  const resources = new AsyncDisposableStack();
  const server = createServer((socket) => void socket.on("error", () => undefined).pipe(socket));
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
  resources.defer(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const proxy = resources.use(
    await startKafkaGateProxy({ targets: [{ host: "127.0.0.1", port }] }),
  );
  const client = connect({ host: "127.0.0.1", port: proxy.ports[0] ?? 0 });
  resources.defer(() => void client.destroy());
  return { proxy, client, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Reads until so many bytes have come. */
async function receive(client: NodeJS.ReadableStream, count: number): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < count) {
    const [chunk] = (await once(client, "data")) as [Buffer];
    bytes = Buffer.concat([bytes, chunk]);
  }
  return bytes;
}

describe("a Kafka gate proxy", () => {
  it("passes requests that come in pieces and several at once", async () => {
    await using echo = await startEcho();
    const sent = Buffer.concat([request(FETCH, 1), request(OFFSET_COMMIT, 2), request(FETCH, 3)]);
    echo.client.write(sent.subarray(0, 5));
    echo.client.write(sent.subarray(5));
    expect(await receive(echo.client, sent.length)).toEqual(sent);
  });

  it("holds the nth request of an API key and all behind it, until it is let go", async () => {
    await using echo = await startEcho();
    const hold = echo.proxy.holdRequest({ apiKey: FETCH, nth: 2 });
    const before = Buffer.concat([request(FETCH, 1), request(OFFSET_COMMIT, 2)]);
    const held = Buffer.concat([request(FETCH, 3), request(FETCH, 4)]);
    echo.client.write(Buffer.concat([before, held]));
    await hold.reached;
    expect(await receive(echo.client, before.length)).toEqual(before);
    expect(echo.client.readableLength).toBe(0);
    hold.release();
    expect(await receive(echo.client, held.length)).toEqual(held);
  });

  it("holds nothing after a hold was taken back", async () => {
    await using echo = await startEcho();
    echo.proxy.holdRequest({ apiKey: FETCH }).release();
    echo.client.write(request(FETCH, 1));
    expect(await receive(echo.client, 7)).toEqual(request(FETCH, 1));
  });
});
