import { type Catalog, openCatalog } from "@salon/iceberg-writer";
import type { KafkaSource } from "@salon/kafka-io";
import { ratingsSchema } from "@salon/schema";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { runSink } from "../../src/shell/run-sink.ts";
import { processClock } from "../../src/shell/sink-clock.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";

/** A source whose topic exists only when it was asked for a few times. */
class LateSource extends MemorySource {
  looks = 0;
  #absentLooks: number;

  constructor(topic: MemoryTopic, absentLooks: number) {
    super(topic, [0]);
    this.#absentLooks = absentLooks;
  }

  override describeTopic(): ReturnType<KafkaSource["describeTopic"]> {
    this.looks += 1;
    if (this.#absentLooks-- > 0) return Promise.resolve(undefined);
    return super.describeTopic();
  }
}

async function runLatest(
  absentLooks: number,
): Promise<{ readonly rows: number; readonly warnings: readonly string[] }> {
  await using catalog = await openCatalog({ type: "memory" });
  const topic = new MemoryTopic(1);
  topic.append(0, `{"customer_id":1}`, `{"customer_id":2}`);
  await using source = new LateSource(topic, absentLooks);
  const warnings: string[] = [];
  const { rows } = await runOn(source, catalog, warnings);
  return { rows, warnings };
}

function runOn(
  source: LateSource,
  catalog: Catalog,
  warnings: string[],
): ReturnType<typeof runSink> {
  return runSink(
    {
      topic: "ratings",
      table: { namespace: [], name: "bronze" },
      assign: [0],
      startingOffsets: "latest",
      trigger: "available-now",
    },
    {
      catalog,
      source,
      events: ratingsSchema,
      signal: new AbortController().signal,
      clock: { ...processClock, startTimer: (callback) => processClock.startTimer(callback, 1) },
      logger: {
        debug() {},
        info() {},
        warn: (_, message) => warnings.push(message),
      },
    },
  );
}

describe("a topic that is absent at the start", () => {
  it("is waited for, said once, and read from its beginning", async () => {
    expect(await runLatest(3)).toEqual({
      rows: 2,
      warnings: ["topic does not exist, waiting for it"],
    });
  });

  it("is not one that was there, of which latest leaves out what it had", async () => {
    expect(await runLatest(0)).toEqual({ rows: 0, warnings: [] });
  });

  it("is waited for no longer when the tables cannot be opened", async () => {
    await using source = new LateSource(new MemoryTopic(1), Number.POSITIVE_INFINITY);
    await using catalog = await openCatalog({ type: "memory" });
    const broken: Catalog = {
      ...catalog,
      loadTable: () => Promise.reject(new Error("no such thing")),
    };
    await expect(runOn(source, broken, [])).rejects.toThrow("no such thing");
    await delay(20);
    const { looks } = source;
    await delay(50);
    expect(source.looks).toBe(looks);
  });
});
