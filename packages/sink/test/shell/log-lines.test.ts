import { openCatalog } from "@salon/iceberg-writer";
import { KafkaIoError } from "@salon/kafka-io";
import type { KafkaSource } from "@salon/kafka-io";
import { ratingsSchema } from "@salon/schema";
import { expect, it } from "vitest";
import { runSink } from "../../src/shell/run-sink.ts";
import { processClock } from "../../src/shell/sink-clock.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";

/** A source that cannot be reached at first, and whose topic is not there then. */
class LateSource extends MemorySource {
  #looks = 0;

  override async describeTopic(): ReturnType<KafkaSource["describeTopic"]> {
    this.#looks++;
    if (this.#looks === 1) {
      throw new KafkaIoError("KAFKA_UNREACHABLE", "no broker answers", { retryable: true });
    }
    return this.#looks === 2 ? undefined : super.describeTopic();
  }
}

it("says topic and table on every line, and one line for each commit of records", async () => {
  const topic = new MemoryTopic(1);
  topic.append(0, `{"customer_id":1}`, `{"customer_id":2}`, "no json");
  const lines: Readonly<Record<string, unknown>>[] = [];
  const note = (fields: Readonly<Record<string, unknown>>, message: string): void => {
    lines.push({ ...fields, message });
  };
  await using catalog = await openCatalog({ type: "memory" });
  await using source = new LateSource(topic, [0]);
  await runSink(
    {
      topic: topic.name,
      table: { namespace: [], name: "bronze" },
      assign: [0],
      startingOffsets: "earliest",
      trigger: "available-now",
    },
    {
      catalog,
      source,
      events: ratingsSchema,
      signal: new AbortController().signal,
      clock: { ...processClock, startTimer: (callback) => processClock.startTimer(callback, 1) },
      logger: { debug: note, info: note, warn: note },
    },
  );
  const messages = lines.map(({ message }) => message);
  expect(messages.slice(0, 2)).toEqual([
    "not there yet, trying again",
    "topic does not exist, waiting for it",
  ]);
  expect(
    lines.filter((line) => line["topic"] !== topic.name || line["table"] !== "bronze"),
  ).toEqual([]);
  const committed = lines.filter(({ message }) => message === "committed");
  expect(committed).toEqual([
    expect.objectContaining({
      snapshotId: expect.stringMatching(/^\d+$/) as string,
      rows: 2,
      dead: 1,
      offsets: { 0: [0, 3] },
    }),
  ]);
});
