import { randomUUID } from "node:crypto";
import { sortRows, startLibrdkafka, useSharedReader, useSharedServices } from "@salon/testkit";
import type { TableRow } from "@salon/testkit";
import { expect, it } from "vitest";
import { restCatalog, runConsumer, runTable } from "./pipeline/commands.ts";
import { rating } from "./pipeline/consumer-outcome.ts";

const types = {
  customer_id: "int",
  branch_id: "int",
  employee_id: "int",
  treatment_id: "int",
  rating_value: "float",
  comment: "string",
  timestamp: "timestamp",
  processed_timestamp: "timestamptz",
  _kafka_topic: "string",
  _kafka_partition: "int",
  _kafka_offset: "long",
};
const names = Object.keys(types);
const fields = Object.entries(types).map(([name, type], index) => ({
  id: index + 1,
  name,
  type,
  required: false,
}));
const partitionFields = [
  { name: "timestamp_day", transform: "day", "source-id": 1 + names.indexOf("timestamp") },
  { name: "customer_bucket", transform: "bucket[3]", "source-id": 1 },
  { name: "comment", transform: "identity", "source-id": 1 + names.indexOf("comment") },
];

/** A row that did not come from Kafka. */
function old(offset: number): TableRow {
  return {
    customer_id: offset,
    rating_value: 3.5,
    comment: "old",
    timestamp: `2025-01-1${offset}T10:00:00.000000`,
    _kafka_topic: "elsewhere",
    _kafka_partition: 0,
    _kafka_offset: BigInt(offset),
  };
}

it("a table that PyIceberg made and goes on with is filled from Kafka in turn", async () => {
  await using client = await startLibrdkafka(useSharedServices().kafka);
  const pyiceberg = await useSharedReader("pyiceberg");
  const engines = [pyiceberg, await useSharedReader("spark"), await useSharedReader("duckdb")];
  const { s3, restCatalog: service, kafka } = useSharedServices();
  const catalog = { kind: "rest", uri: service.uri, s3 } as const;
  const topic = `pyiceberg-${randomUUID()}`;
  const name = `from_pyiceberg_${Date.now()}`;
  const table = `default.${name}`;

  const consume = async (customers: readonly number[]): Promise<void> => {
    const records = customers.map((customer) => rating(customer, `2025-01-1${customer}T23:59:59`));
    await client.produce({ topic, records });
    await runConsumer(restCatalog(), { topic, table: name, flags: ["--trigger", "available-now"] });
  };
  const fromKafka = (offset: number, customer: number): TableRow => ({
    customer_id: customer,
    rating_value: 4.5,
    comment: "ok",
    timestamp: `2025-01-1${customer}T23:59:59.000000`,
    _kafka_topic: topic,
    _kafka_partition: 0,
    _kafka_offset: BigInt(offset),
  });

  await client.createTopic(topic);
  await pyiceberg.createTable({
    catalog,
    table,
    schema: { type: "struct", fields },
    partitionSpec: {
      "spec-id": 0,
      fields: partitionFields.map((field, index) => ({ ...field, "field-id": 1000 + index })),
    },
  });
  await pyiceberg.appendRows({ catalog, table, rows: [old(1), old(2)] });
  await consume([1, 2, 3]);
  await pyiceberg.appendRows({ catalog, table, rows: [old(3)] });
  await consume([4, 5]);
  await pyiceberg.appendRows({ catalog, table, rows: [old(4)] });

  const expected = [
    ...[1, 2, 3, 4].map(old),
    ...[1, 2, 3, 4, 5].map((customer, offset) => fromKafka(offset, customer)),
  ];
  for (const reader of engines) {
    const columns = Object.keys(old(0));
    const rows = await reader.readTable({ catalog, table, columns });
    const ofTopic = (from: unknown) => rows.filter(({ _kafka_topic }) => _kafka_topic === from);
    const sorted = ["elsewhere", topic].flatMap((from) => sortRows(ofTopic(from), "_kafka_offset"));
    expect(sorted).toEqual(expected);
    expect(rows).toHaveLength(expected.length);
  }
  for (const { recorded, computed } of await pyiceberg.partitionValues({ catalog, table })) {
    expect(recorded).toEqual(computed);
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
