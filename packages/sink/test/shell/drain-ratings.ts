import type { Catalog } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import { runSink } from "../../src/shell/run-sink.ts";
import { MemorySource } from "./memory-topic.ts";
import type { MemoryTopic } from "./memory-topic.ts";

/** The table that ratings go to, and that of their dead letters. */
export const table = { namespace: [], name: "bronze" };
export const deadLetters = { namespace: [], name: "bronze_dead_letters" };

/** Brings what partition 0 of a topic has into the tables. */
export async function drainRatings(catalog: Catalog, topic: MemoryTopic): Promise<void> {
  await using source = new MemorySource(topic, [0]);
  await runSink(
    {
      topic: topic.name,
      table,
      assign: [0],
      startingOffsets: "earliest",
      trigger: "available-now",
    },
    {
      catalog,
      source,
      events: ratingsSchema,
      logger: { debug() {}, info() {}, warn() {} },
      signal: new AbortController().signal,
    },
  );
}
