import { fetch, findCoordinator } from "@salon/kafka-protocol";
import { describe, expect, test } from "vitest";
import type { BrokerLink } from "../src/broker/broker-link.ts";
import { createBrokerLinks } from "../src/connection/connected-broker.ts";
import { createKafkajsLinks } from "../src/kafkajs/kafkajs-broker-link.ts";
import { coordinatorAnswer, type Script, startScriptedBroker } from "./kit/scripted-broker.ts";

const answer = coordinatorAnswer;
const settings = { bootstrapServers: [], requestTimeoutMs: 300, connectionTimeoutMs: 5000 };
const LINKS = [
  { name: "salon", create: createBrokerLinks(settings) },
  { name: "kafkajs", create: createKafkajsLinks(settings, undefined) },
];

function ask(link: BrokerLink): Promise<number> {
  const asked = link.send(findCoordinator, { key: "g", keyType: 0 });
  return asked.then(({ nodeId }) => nodeId);
}

describe.each(LINKS)("a connection of $name", ({ create }) => {
  async function broken(script: Script): Promise<number> {
    await using broker = await startScriptedBroker(script);
    const link = create(broker.address);
    try {
      await expect(ask(link)).rejects.toMatchObject({
        code: "KAFKA_UNREACHABLE",
        retryable: true,
        message: expect.stringContaining(String(broker.address.port)),
      });
      expect(await Promise.all([ask(link), ask(link)])).toEqual([7, 7]);
      return broker.connectionCount();
    } finally {
      link.close();
    }
  }

  test("that breaks within a response is made anew, once for all", async () => {
    const connections = await broken((header, connection) =>
      connection === 1
        ? { bytes: answer(header, 1).subarray(0, 10), ends: true }
        : { bytes: answer(header, 7) },
    );
    expect(connections).toBe(2);
  });

  test("knows what the broker does not", async () => {
    await using broker = await startScriptedBroker(() => undefined);
    const link = create(broker.address);
    const request = { topics: [], forgotten: [], rackId: "", sessionId: 0, sessionEpoch: -1 };
    const numbers = { replicaId: -1, maxWaitMs: 0, minBytes: 1, maxBytes: 1, isolationLevel: 1 };
    try {
      await expect(link.send(fetch, { ...request, ...numbers })).rejects.toMatchObject({
        code: "API_UNSUPPORTED",
        retryable: false,
        message: expect.stringContaining("Fetch"),
      });
    } finally {
      link.close();
    }
  });
});

describe("a connection of salon", () => {
  test.each<[string, Script]>([
    ["no answer in time", () => undefined],
    [
      "another request's answer",
      (header) => ({ bytes: answer({ ...header, correlationId: 99 }, 1) }),
    ],
    ["no Kafka at all", () => ({ bytes: Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n") })],
    [
      "an answer that nobody asked for",
      (h) => ({ bytes: Buffer.concat([answer(h, 1), answer(h, 1)]) }),
    ],
  ])("that gives %s is made anew", async (_what, script) => {
    await using broker = await startScriptedBroker((header, connection) =>
      connection === 1 ? script(header, connection) : { bytes: answer(header, 7) },
    );
    const link = createBrokerLinks(settings)(broker.address);
    try {
      const first = await Promise.allSettled([ask(link), ask(link)]);
      expect(first.at(-1)).toMatchObject({ reason: { code: "KAFKA_UNREACHABLE" } });
      expect(await ask(link)).toBe(7);
    } finally {
      link.close();
    }
  });
});
