import { setTimeout as sleep } from "node:timers/promises";
import { openCatalog } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import { describe, expect, it } from "vitest";
import { runSink } from "../../src/shell/run-sink.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";

/** Far longer than a chunk takes. */
const COMMIT_MS = 50;
const ROWS = 5;

describe("the first unit", () => {
  it("goes into the table alone; later ones have reading beside them", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const commit = catalog.commitTable.bind(catalog);
    catalog.commitTable = async (...commitArguments) => {
      await sleep(COMMIT_MS);
      return commit(...commitArguments);
    };
    const topic = new MemoryTopic(1);
    const value = '{"customer_id":1,"rating_value":4.5,"timestamp":"2025-01-15T10:30:00"}';
    topic.append(0, ...Array.from({ length: 4 * ROWS }, () => value));
    await using source = new MemorySource(topic, [0], ROWS);
    const steps: string[] = [];
    await runSink(
      {
        topic: topic.name,
        table: { namespace: [], name: "bronze" },
        assign: [0],
        startingOffsets: "earliest",
        trigger: "available-now",
        commitRows: ROWS,
      },
      {
        catalog,
        source,
        events: ratingsSchema,
        logger: { debug() {}, info() {}, warn() {} },
        signal: new AbortController().signal,
        observe: ({ kind, ...observation }) => {
          if (kind === "chunk-written") steps.push("read");
          if ("plan" in observation && observation.plan === "unit") steps.push("committed");
        },
      },
    );
    expect(steps.slice(0, 5)).toEqual(["read", "committed", "read", "read", "committed"]);
  });
});
