import { randomUUID } from "node:crypto";
import { startLibrdkafka } from "@salon/testkit";
import type { ClientRecord, LibrdkafkaClient } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restCatalog, startConsumer } from "../pipeline/commands.ts";
import { customersIn, ending, rating } from "../pipeline/consumer-outcome.ts";

/** A broker of one test, which can be killed and started again with what it has. */
interface OwnBroker extends AsyncDisposable {
  readonly bootstrapServers: string;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** Where the circumstances are. */
export interface BrokerCircumstances {
  /** Part of the names of tables. */
  readonly name: string;
  readonly broker: () => { readonly bootstrapServers: string };
  readonly startOwn: () => Promise<OwnBroker>;
}

const availableNow = ["--trigger", "available-now"];

/** What a broker, and what is in its topics, may do to the sink. */
export function describeBrokerCircumstances({ name, broker, startOwn }: BrokerCircumstances): void {
  let client: LibrdkafkaClient;
  beforeAll(async () => {
    client = await startLibrdkafka(broker());
  });
  afterAll(() => client[Symbol.asyncDispose]());

  async function topicWith(records: readonly ClientRecord[]): Promise<string> {
    const topic = `circumstances-${randomUUID()}`;
    await client.createTopic(topic);
    await client.produce({ topic, records });
    return topic;
  }

  describe(`a broker (${name}) that is not ready`, () => {
    it("is waited for where it is the topic, which is said once", async () => {
      const topic = `late-${randomUUID()}`;
      const table = `late_topic_${name}`;
      await using consumer = await startConsumer(restCatalog(), {
        ...broker(),
        topic,
        table,
        flags: availableNow,
      });
      await consumer.waitForLine(/topic does not exist/, { timeoutMs: 60_000 });
      await client.createTopic(topic);
      expect(await consumer.exit).toEqual({ code: 0 });
      const lines = (consumer.stdout() + consumer.stderr()).split("\n");
      expect(lines.filter((line) => line.includes("topic does not exist"))).toHaveLength(1);
    });

    it("is waited for where it is the broker", async () => {
      await using kafka = await startOwn();
      await using own = await startLibrdkafka(kafka);
      await own.createTopic("restarted");
      await own.produce({ topic: "restarted", records: [rating(1)] });
      const table = `broker_restart_${name}_${Date.now()}`;
      await using consumer = await startConsumer(restCatalog(), {
        topic: "restarted",
        table,
        bootstrapServers: kafka.bootstrapServers,
        flags: ["--commit-interval", "200ms"],
      });
      await consumer.waitForLine(/"msg":"committed"/, { timeoutMs: 60_000 });
      await kafka.kill();
      await kafka.restart();
      await own.produce({ topic: "restarted", records: [rating(2)] });
      await consumer.waitForLine(/\[1,2\].*"msg":"committed"/, { timeoutMs: 120_000 });
      expect(await consumer.stop()).toEqual({ code: 0 });
      expect(await customersIn(table)).toEqual([1, 2]);
    });
  });

  describe("a signal", () => {
    it("ends in order: what was read is committed", async () => {
      const topic = await topicWith([rating(1)]);
      const table = `signal_${Date.now()}`;
      const flags = ["--commit-interval", "1h"];
      await using consumer = await startConsumer(restCatalog(), {
        ...broker(),
        topic,
        table,
        flags,
      });
      await consumer.waitForLine(/"msg":"committed"/, { timeoutMs: 60_000 });
      await client.produce({ topic, records: [rating(2), rating(3)] });
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      consumer.signal("SIGTERM");
      expect(await consumer.exit).toEqual({ code: 0 });
      expect(await customersIn(table)).toEqual([1, 2, 3]);
    });
  });

  describe("a record over the memory limit", () => {
    it("has its own error, and is no crash", async () => {
      const huge = { value: Buffer.from(JSON.stringify({ comment: "x".repeat(800_000) })) };
      const topic = await topicWith([huge]);
      const table = `oversized_${Date.now()}`;
      const flags = [...availableNow, "--memory-limit", "512KiB"];
      await using consumer = await startConsumer(restCatalog(), {
        ...broker(),
        topic,
        table,
        flags,
      });
      const [code, sentence] = await ending(consumer);
      expect(sentence).toContain("raise --memory-limit");
      expect(code).toBe(5);
    });
  });
}
