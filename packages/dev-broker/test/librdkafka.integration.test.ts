import { startLibrdkafka } from "@salon/testkit";
import { describe, expect, it } from "vitest";
import { startDevBroker } from "../src/index.ts";

const VALUES = Array.from({ length: 1_000 }, (_, index) => `value ${index}`);
const CODECS = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

describe("librdkafka", () => {
  it.each(CODECS)("produces idempotently and consumes in a group, %s", async (codec) => {
    await using broker = await startDevBroker();
    await using client = await startLibrdkafka(broker);
    await client.createTopic("t", { partitions: 3 });
    const records = VALUES.map((value) => ({ key: Buffer.from(value), value: Buffer.from(value) }));
    const config = { "enable.idempotence": true };
    const delivered = await client.produce({ topic: "t", records, codec, config });
    const ends = await client.endOffsets("t");
    expect(ends.reduce((sum, end) => sum + end, 0)).toBe(VALUES.length);

    const half = VALUES.length / 2;
    const first = await client.consume({ topic: "t", groupId: "g", count: half });
    const second = await client.consume({ topic: "t", groupId: "g", count: half });
    const read = new Map(
      [...first, ...second].map(({ partition, offset, value }) => [
        `${partition}/${offset}`,
        value.toString(),
      ]),
    );
    expect(read.size).toBe(VALUES.length);
    for (const [index, { partition, offset }] of delivered.entries()) {
      expect(read.get(`${partition}/${offset}`)).toBe(VALUES[index]);
    }
  });

  it("sends again what a lost answer told of, and nothing is there twice", async () => {
    await using broker = await startDevBroker({ topics: [{ name: "t", partitions: 1 }] });
    await using client = await startLibrdkafka(broker);
    const fault = broker.addFault({
      api: "Produce",
      fault: { kind: "drop", when: "after" },
      times: 2,
    });
    const records = VALUES.map((value) => ({ value: Buffer.from(value) }));
    await client.produce({ topic: "t", records, config: { "enable.idempotence": true } });
    expect(fault.hits).toBe(2);
    expect(await client.endOffsets("t")).toEqual([VALUES.length]);
  });
});
