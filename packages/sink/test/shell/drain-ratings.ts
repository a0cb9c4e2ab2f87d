import type { Catalog } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import { runSink } from "../../src/shell/run-sink.ts";
import type { SinkSettings } from "../../src/shell/sink-settings.ts";
import { MemorySource } from "./memory-topic.ts";
import type { MemoryTopic } from "./memory-topic.ts";

/** The table that ratings go to, and that of their dead letters. */
export const table = { namespace: [], name: "bronze" };
export const deadLetters = { namespace: [], name: "bronze_dead_letters" };

/** Brings what a partition of a topic has into the tables: partition 0 unless told otherwise. */
export async function drainRatings(
  catalog: Catalog,
  topic: MemoryTopic,
  { assign = [0], ...settings }: Pick<SinkSettings, "assign" | "onRollback"> = {},
): Promise<void> {
  await using source = new MemorySource(topic, [...assign]);
  await runSink(
    {
      topic: topic.name,
      table,
      assign,
      startingOffsets: "earliest",
      trigger: "available-now",
      ...settings,
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
