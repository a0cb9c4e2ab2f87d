import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { startLibrdkafka, useSharedServices } from "@salon/testkit";
import type { LibrdkafkaClient, TestkitError } from "@salon/testkit";
import { expect, it } from "vitest";
import { restCatalog, runConsumer, startConsumer } from "./pipeline/commands.ts";
import { customersIn, ending, rating } from "./pipeline/consumer-outcome.ts";

const flags = ["--trigger", "available-now"];

/** Brokers delete a topic when they come to it; until then its name is taken. */
async function createAnew(client: LibrdkafkaClient, topic: string): Promise<void> {
  for (;;) {
    try {
      return await client.createTopic(topic);
    } catch (error) {
      if (!(error as TestkitError).message.includes("TOPIC_ALREADY_EXISTS")) throw error;
      await sleep(100);
    }
  }
}

it("a topic that was created anew is not read into the table of the old one", async () => {
  const topic = `anew-${randomUUID()}`;
  const table = `anew_${Date.now()}`;
  await using client = await startLibrdkafka(useSharedServices().kafka);
  await client.createTopic(topic);
  await client.produce({ topic, records: [rating(1), rating(2)] });
  await runConsumer(restCatalog(), { topic, table, flags });
  await client.deleteTopic(topic);
  await createAnew(client, topic);
  // More than before, so that the position lies inside of its log.
  await client.produce({ topic, records: [3, 4, 5].map((customer) => rating(customer)) });

  await using consumer = await startConsumer(restCatalog(), { topic, table, flags });
  const [code, sentence] = await ending(consumer);
  expect(sentence).toContain("was deleted and created anew");
  expect(sentence).toContain("another --table");
  expect(code).toBe(7);
  expect(await customersIn(table)).toEqual([1, 2]);

  await runConsumer(restCatalog(), { topic, table: `${table}_new`, flags });
  expect(await customersIn(`${table}_new`)).toEqual([3, 4, 5]);
});

it("a topic that is created anew while it is read ends the sink, with none of it in the table", async () => {
  const topic = `anew-${randomUUID()}`;
  const table = `anew_running_${Date.now()}`;
  await using client = await startLibrdkafka(useSharedServices().kafka);
  await client.createTopic(topic);
  await client.produce({ topic, records: [rating(1), rating(2)] });
  const settings = { topic, table, flags: ["--commit-interval", "200ms"] };
  await using consumer = await startConsumer(restCatalog(), settings);
  await consumer.waitForLine(/"msg":"committed".*"rows":2|"rows":2.*"msg":"committed"/);
  await client.deleteTopic(topic);
  await createAnew(client, topic);
  await client.produce({ topic, records: [3, 4, 5].map((customer) => rating(customer)) });
  const [code, sentence] = await ending(consumer);
  expect(sentence).toContain("was deleted and created anew");
  expect(code).toBe(7);
  expect(await customersIn(table)).toEqual([1, 2]);
});
