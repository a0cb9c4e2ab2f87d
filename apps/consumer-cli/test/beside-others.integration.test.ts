import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { sortRows, startLibrdkafka, useSharedReader, useSharedServices } from "@salon/testkit";
import type { ClientRecord, TableRow, TestkitError } from "@salon/testkit";
import { expect, it } from "vitest";
import { restCatalog, runTable, startConsumer } from "./pipeline/commands.ts";
import { rating } from "./pipeline/consumer-outcome.ts";

const DELETED_CUSTOMER = 1;
const INVALID: ClientRecord = { value: Buffer.from("{") };

/** PyIceberg, unlike Spark, leaves it to its caller to try again after a lost race. */
async function untilNotOvertaken(append: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await append();
    } catch (error) {
      if (!(error as TestkitError).message.includes("CommitFailedException")) throw error;
    }
  }
}

function rowOf(customer: number, from: string, offset: number): TableRow {
  return { customer_id: customer, _kafka_topic: from, _kafka_offset: BigInt(offset) };
}

/** A row that did not come from Kafka. */
function elsewhere(offset: number): TableRow {
  const place = { ...rowOf(7, "elsewhere", offset), _kafka_partition: 0 };
  return { ...place, timestamp: "2025-01-15T12:00:00" };
}

it("a running sink goes on while others append, delete, compact and expire", async () => {
  await using client = await startLibrdkafka(useSharedServices().kafka);
  const spark = await useSharedReader("spark");
  const pyiceberg = await useSharedReader("pyiceberg");
  const { s3, restCatalog: service, kafka } = useSharedServices();
  const catalog = { kind: "rest", uri: service.uri, s3 } as const;
  const topic = `beside-${randomUUID()}`;
  const name = `beside_others_${Date.now()}`;
  const table = `default.${name}`;
  await client.createTopic(topic);
  await using consumer = await startConsumer(restCatalog(), {
    topic,
    table: name,
    flags: [
      "--commit-interval=1s",
      "--table-property=write.delete.mode=merge-on-read",
      "--table-property=write.delete.isolation-level=snapshot",
    ],
  });

  /** Per offset, the customer of a valid record. */
  const customers: (number | undefined)[] = [];
  async function send(...next: readonly (number | undefined)[]): Promise<void> {
    customers.push(...next);
    const records = next.map((customer) => (customer === undefined ? INVALID : rating(customer)));
    await client.produce({ topic, records });
  }
  async function expectCommittedToTheEnd(): Promise<void> {
    const end = new RegExp(String.raw`\[\d+,${customers.length}\].*"msg":"committed"`);
    await consumer.waitForLine(end, { timeoutMs: 120_000 });
  }
  /** Sends ratings for as long as others change the table; the sink commits all of them. */
  async function beside(operation: Promise<unknown>): Promise<void> {
    const end = new AbortController();
    const ended = operation.finally(() => end.abort());
    ended.catch(() => undefined);
    while (!end.signal.aborted) {
      await send(2 + (customers.length % 19), 2, undefined);
      await sleep(50);
    }
    await ended;
    await expectCommittedToTheEnd();
  }
  const inSpark = (text: string): Promise<readonly TableRow[]> =>
    spark.sql(text.replaceAll("{table}", `beside.${table}`), { beside: catalog });
  const call = (procedure: string, options: string): Promise<unknown> =>
    inSpark(`CALL beside.system.${procedure}(table => '${table}', ${options})`);
  const appendElsewhere = (offset: number): Promise<void> =>
    untilNotOvertaken(() => pyiceberg.appendRows({ catalog, table, rows: [elsewhere(offset)] }));

  // A file of them alone would be deleted as a whole.
  await send(DELETED_CUSTOMER, 2, DELETED_CUSTOMER);
  await expectCommittedToTheEnd();
  await beside(appendElsewhere(0));
  await beside(
    inSpark(
      `INSERT INTO {table} SELECT 7, NULL, NULL, NULL, NULL, NULL, '2025-01-15T12:00:00', NULL,
         'elsewhere', 0, 1`,
    ),
  );
  await beside(inSpark(`DELETE FROM {table} WHERE customer_id = ${DELETED_CUSTOMER}`));
  expect(await inSpark("SELECT count(*) AS n FROM {table}.delete_files")).not.toEqual([{ n: 0n }]);
  await beside(call("rewrite_data_files", "options => map('rewrite-all', 'true')"));
  await beside(call("rewrite_manifests", "use_caching => false"));
  await beside(appendElsewhere(2));
  await beside(
    call("expire_snapshots", "older_than => TIMESTAMP '2100-01-01 00:00:00', retain_last => 1"),
  );
  expect(await consumer.stop()).toEqual({ code: 0 });

  const expected = [
    ...[0, 1, 2].map((offset) => rowOf(7, "elsewhere", offset)),
    ...customers.flatMap((customer, offset) =>
      customer === undefined || customer === DELETED_CUSTOMER
        ? []
        : [rowOf(customer, topic, offset)],
    ),
  ];
  const columns = ["customer_id", "_kafka_topic", "_kafka_offset"];
  for (const reader of [pyiceberg, spark, await useSharedReader("duckdb")]) {
    const rows = await reader.readTable({ catalog, table, columns });
    const own = rows.filter(({ _kafka_topic }) => _kafka_topic === topic);
    const others = rows.filter(({ _kafka_topic }) => _kafka_topic !== topic);
    const sorted = [...sortRows(others, "_kafka_offset"), ...sortRows(own, "_kafka_offset")];
    expect(sorted).toEqual(expected);
  }
  const proof = await runTable(restCatalog(), [
    "verify",
    `--table=${name}`,
    `--bootstrap-servers=${kafka.bootstrapServers}`,
    `--topic=${topic}`,
    "--deep",
    "--allow-deletes",
  ]);
  expect(proof).toMatch(/proved/i);
});
