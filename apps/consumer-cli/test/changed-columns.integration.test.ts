import { randomUUID } from "node:crypto";
import { sortRows, startLibrdkafka, useSharedReader, useSharedServices } from "@salon/testkit";
import type { ManagedProcess, TableRow } from "@salon/testkit";
import { expect, it } from "vitest";
import { restCatalog, runTable, startConsumer } from "./pipeline/commands.ts";
import { ending, rating } from "./pipeline/consumer-outcome.ts";

const EXIT_UNSUITABLE = 5;

it("a sink goes on beside other columns and partitions, or says what it lacks and goes on later", async () => {
  await using client = await startLibrdkafka(useSharedServices().kafka);
  const spark = await useSharedReader("spark");
  const { s3, restCatalog: service, kafka } = useSharedServices();
  const catalog = { kind: "rest", uri: service.uri, s3 } as const;
  const topic = `columns-${randomUUID()}`;
  const name = `changed_columns_${Date.now()}`;
  const table = `default.${name}`;
  await client.createTopic(topic);

  const start = (): Promise<ManagedProcess> =>
    startConsumer(restCatalog(), { topic, table: name, flags: ["--commit-interval=200ms"] });
  let sent = 0;
  const send = async (): Promise<void> => {
    await client.produce({ topic, records: [rating(++sent)] });
  };
  async function expectCommitted(consumer: ManagedProcess): Promise<void> {
    await send();
    const end = new RegExp(String.raw`\[\d+,${sent}\].*"msg":"committed"`);
    await consumer.waitForLine(end, { timeoutMs: 120_000 });
  }
  const alter = (change: string): Promise<readonly TableRow[]> =>
    spark.sql(`ALTER TABLE columns.${table} ${change}`, { columns: catalog });
  /** It ends for want of a column, and so does the next one. */
  async function expectRefused(consumer: ManagedProcess, reason: string): Promise<void> {
    await send();
    const [code, sentence] = await ending(consumer);
    expect(sentence).toContain(reason);
    expect(sentence).toContain(name);
    expect(code).toBe(EXIT_UNSUITABLE);
    await using next = await start();
    expect(await ending(next)).toEqual([EXIT_UNSUITABLE, sentence]);
  }

  {
    await using consumer = await start();
    await expectCommitted(consumer);
    await alter("ADD COLUMN mood STRING");
    await expectCommitted(consumer);
    await alter("ADD PARTITION FIELD bucket(2, customer_id) AS customer_bucket");
    await expectCommitted(consumer);
    await alter("REPLACE PARTITION FIELD timestamp_day WITH truncate(7, timestamp) AS month");
    await expectCommitted(consumer);
    await alter("ALTER COLUMN customer_id TYPE BIGINT");
    await expectCommitted(consumer);
    await alter("RENAME COLUMN comment TO remark");
    // The values of a unit that was begun before stand in the same column, whatever its name.
    await expectCommitted(consumer);
    await expectRefused(consumer, "there is no column comment (string)");
  }
  await alter("RENAME COLUMN remark TO comment");
  {
    await using consumer = await start();
    await expectCommitted(consumer);
    await alter("DROP COLUMN employee_id");
    await expectRefused(consumer, "there is no column employee_id (int or long)");
  }
  await alter("ADD COLUMN employee_id INT");
  {
    await using consumer = await start();
    await expectCommitted(consumer);
    await addRequiredColumn(`${service.uri}/v1/namespaces/default/tables/${name}`);
    await expectRefused(consumer, "column needed is required and never filled");
  }
  await alter("DROP COLUMN needed");
  {
    await using consumer = await start();
    await expectCommitted(consumer);
    expect(await consumer.stop()).toEqual({ code: 0 });
  }

  const expected = Array.from({ length: sent }, (_, offset) => ({
    customer_id: BigInt(offset + 1),
    comment: "ok",
    mood: null,
    employee_id: null,
    timestamp: "2025-01-15T10:30:00",
    _kafka_offset: BigInt(offset),
  }));
  const columns = Object.keys(expected[0] ?? {});
  for (const engine of ["spark", "pyiceberg", "duckdb"] as const) {
    const reader = await useSharedReader(engine);
    const rows = await reader.readTable({ catalog, table, columns });
    expect(sortRows(rows, "_kafka_offset")).toEqual(expected);
  }
  const proof = await runTable(restCatalog(), [
    "verify",
    `--table=${name}`,
    `--bootstrap-servers=${kafka.bootstrapServers}`,
    `--topic=${topic}`,
    "--deep",
  ]);
  expect(proof).toMatch(/proved/i);
});

/** Spark refuses to do what the REST protocol allows, and what would make old rows unreadable. */
async function addRequiredColumn(url: string): Promise<void> {
  interface Loaded {
    readonly metadata: {
      readonly "last-column-id": number;
      readonly "current-schema-id": number;
      readonly schemas: readonly { readonly "schema-id": number; readonly fields: object[] }[];
    };
  }
  const { metadata } = (await (await fetch(url)).json()) as Loaded;
  const current = metadata.schemas.find(
    (schema) => schema["schema-id"] === metadata["current-schema-id"],
  );
  const id = metadata["last-column-id"] + 1;
  const needed = { id, name: "needed", required: true, type: "string" };
  const schema = { ...current, fields: [...(current?.fields ?? []), needed] };
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      requirements: [],
      updates: [
        { action: "add-schema", schema, "last-column-id": id },
        { action: "set-current-schema", "schema-id": -1 },
      ],
    }),
  });
  expect({ status: response.status, text: await response.text() }).toMatchObject({ status: 200 });
}
