import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { expect, test } from "vitest";
import { createKafkajsCluster, exchange } from "../../src/kafkajs/kafkajs-cluster.ts";

const request = { apiKey: 1, apiVersion: 11, apiName: "Fetch", body: Buffer.alloc(0) };
const options = {
  decode: (body: Buffer) => ({ throttleTimeMs: 0, text: body.toString() }),
  requestTimeoutMs: 5_000,
};

/** Responses to all requests received: size, the request's correlation id, and a text. */
function answers(received: Buffer, text: string): Buffer {
  const responses: Buffer[] = [];
  for (let at = 0; at < received.length; at += 4 + received.readInt32BE(at)) {
    const response = Buffer.alloc(8 + text.length);
    response.writeInt32BE(4 + text.length);
    received.copy(response, 4, at + 8, at + 12);
    response.write(text, 8);
    responses.push(response);
  }
  return Buffer.concat(responses);
}

test("a connection that breaks within a response reads the next one from its beginning", async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    const isFirst = sockets.length === 1;
    socket.on("data", (received: Buffer) => {
      if (!isFirst) socket.write(answers(received, "whole"));
      else socket.write(answers(received, "broken").subarray(0, 10), () => socket.destroy());
    });
    socket.on("error", () => undefined);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const cluster = createKafkajsCluster({ bootstrapServers: [`127.0.0.1:${port}`] }, undefined);
  const connectionPool = await cluster.connectionPoolBuilder.build({ host: "127.0.0.1", port });
  const broker = { connectionPool, disconnect: () => Promise.resolve() };
  try {
    await expect(exchange(broker, request, options)).rejects.toThrow(/connection/i);
    const both = [exchange(broker, request, options), exchange(broker, request, options)];
    expect(await Promise.all(both)).toMatchObject([{ text: "whole" }, { text: "whole" }]);
    expect(sockets).toHaveLength(2);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});
