import { randomUUID } from "node:crypto";
import {
  startFaultProxy,
  startLibrdkafka,
  useSharedReader,
  useSharedServices,
} from "@salon/testkit";
import type { ClientRecord, ConsumedRecord } from "@salon/testkit";
import { expect, it } from "vitest";
import { restCatalog, runConsumer, startConsumer } from "./pipeline/commands.ts";
import { rating } from "./pipeline/consumer-outcome.ts";

const TRACE = Buffer.from([0, 255, 10]);

const records: readonly ClientRecord[] = [
  rating(1),
  {
    key: Buffer.from([1, 0, 2]),
    value: Buffer.from("no json\u0000"),
    headers: [
      ["trace", TRACE],
      ["trace", undefined],
    ],
  },
  rating(2),
  { value: Buffer.from("{") },
];

/** A header's text; the last of its name. */
function header({ headers }: ConsumedRecord, name: string): string | undefined {
  return headers.findLast(([each]) => each === name)?.[1]?.toString();
}

function sourceOffsets(letters: readonly ConsumedRecord[]): readonly string[] {
  return letters.map((letter) => header(letter, "salon.source.offset") ?? "none").toSorted();
}

it("dead letters go to a topic as they were, again after a kill, and once into their table", async () => {
  const topic = `letters-${randomUUID()}`;
  const rejects = `${topic}-rejects`;
  const table = `letters_${Date.now()}`;
  const flags = ["--trigger", "available-now", "--dead-letters", `topic:${rejects}`];
  await using client = await startLibrdkafka(useSharedServices().kafka);
  await client.createTopic(topic);
  await client.produce({ topic, records });

  // The topic has them, and the commit to their table never comes through.
  await using proxy = await startFaultProxy({ target: useSharedServices().restCatalog.uri });
  const held = proxy.addRule({
    matches: ({ method, path }) => method === "POST" && path.endsWith(`/${table}_dead_letters`),
    nth: 1,
    fault: { kind: "delay-request", until: new Promise<never>(() => undefined) },
  });
  await using killed = await startConsumer(restCatalog(proxy.url), { topic, table, flags });
  await held.firstFault;
  killed.signal("SIGKILL");
  await killed.exit;
  const read = { topic: rejects, groupId: randomUUID() };
  const first = await client.consume({ ...read, count: 2 });
  expect(sourceOffsets(first)).toEqual(["1", "3"]);

  await runConsumer(restCatalog(), { topic, table, flags });
  expect(sourceOffsets(await client.consume({ ...read, count: 2 }))).toEqual(["1", "3"]);
  expect((await client.endOffsets(rejects)).reduce((sum, end) => sum + end, 0)).toBe(4);

  const letter = first.find((each) => header(each, "salon.source.offset") === "1");
  expect(letter).toMatchObject({
    key: Buffer.from([1, 0, 2]),
    value: Buffer.from("no json\u0000"),
  });
  expect(letter?.headers.slice(0, 2)).toEqual([
    ["trace", TRACE],
    ["trace", undefined],
  ]);
  expect(letter && header(letter, "salon.source.topic")).toBe(topic);
  expect(letter && header(letter, "salon.error.code")).toBe("INVALID_JSON");

  const reader = await useSharedReader("pyiceberg");
  const { reference: catalog, tableName } = restCatalog();
  const rows = await reader.readTable({ catalog, table: tableName(`${table}_dead_letters`) });
  const kept = rows.map((row) => [row["_kafka_offset"], row["_kafka_headers"]]);
  expect(kept.toSorted(([a], [b]) => Number(a) - Number(b))).toEqual([
    [
      1n,
      [
        { name: "trace", value: TRACE.toString("base64") },
        { name: "trace", value: null },
      ],
    ],
    [3n, []],
  ]);
});
