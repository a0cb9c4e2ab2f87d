import { randomUUID } from "node:crypto";
import { sortRows, startLibrdkafka, useSharedReader, useSharedServices } from "@salon/testkit";
import type { ClientRecord, LibrdkafkaClient, TableRow } from "@salon/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hadoopCatalog, runConsumer } from "./pipeline/commands.ts";

let client: LibrdkafkaClient;

beforeAll(async () => {
  client = await startLibrdkafka(useSharedServices().kafka);
});
afterAll(() => client[Symbol.asyncDispose]());

function rating(customer: number, timestamp: string): ClientRecord {
  const event = {
    customer_id: customer,
    branch_id: 2,
    employee_id: 3,
    treatment_id: 4,
    rating_value: 4.5,
    comment: "from Kafka",
    timestamp,
  };
  return { value: Buffer.from(JSON.stringify(event)) };
}

it("the old job's table goes on while Spark deletes, compacts and appends in turn", async () => {
  const lake = hadoopCatalog();
  const catalogs = { lake: lake.reference };
  const spark = await useSharedReader("spark");
  const engines = [spark, await useSharedReader("pyiceberg"), await useSharedReader("duckdb")];
  const topic = `continued-${randomUUID()}`;
  const table = `continued_${Date.now()}`;
  const name = `lake.${table}`;

  /** The rows that each engine reads: where they came from, whose and when. */
  async function expectRows(expected: readonly (readonly [string, number, string])[]) {
    for (const reader of engines) {
      const rows = await reader.readTable({
        catalog: lake.reference,
        table,
        columns: ["_kafka_topic", "_kafka_offset", "customer_id", "timestamp", "rating_value"],
      });
      const sorted = sortRows(rows, "_kafka_offset", "customer_id");
      const found = sorted.map((row: TableRow) => ({ engine: reader.engine, ...row }));
      expect(found).toEqual(
        expected.map(([from, customer, timestamp]) => {
          const [kafkaTopic, offset] = from.split("@");
          return {
            engine: reader.engine,
            _kafka_topic: kafkaTopic,
            _kafka_offset: BigInt(offset!),
            customer_id: customer,
            timestamp,
            rating_value: kafkaTopic === "old" ? 3.5 : 4.5,
          };
        }),
      );
    }
  }
  const insert = (offset: number, customer: number, timestamp: string): Promise<unknown> =>
    spark.sql(
      `INSERT INTO ${name} VALUES (${customer}, 1, 1, 1, CAST(3.5 AS FLOAT), 'from Spark',
         TIMESTAMP '${timestamp}', TIMESTAMP '2025-01-20 00:00:00', 'old', 0, ${offset})`,
      catalogs,
    );
  // The table exists: its TIMESTAMP is an instant, and events' times count as UTC by default.
  const consume = (): Promise<void> =>
    runConsumer(lake, { topic, table, flags: ["--trigger", "available-now"] });

  await spark.sql(
    `CREATE TABLE ${name} (customer_id INT, branch_id INT, employee_id INT, treatment_id INT,
       rating_value FLOAT, comment STRING, timestamp TIMESTAMP, processed_timestamp TIMESTAMP,
       _kafka_topic STRING, _kafka_partition INT, _kafka_offset BIGINT)
     USING iceberg PARTITIONED BY (days(timestamp))
     TBLPROPERTIES ('write.delete.mode'='merge-on-read')`,
    catalogs,
  );
  await insert(0, 7, "2025-01-14 08:00:00");
  await client.createTopic(topic);
  const first = [
    rating(1, "2025-01-15T10:30:00"),
    rating(2, "2025-01-15T23:59:59"),
    { value: Buffer.from("{") },
    rating(3, "2025-01-16T00:00:00"),
  ];
  await client.produce({ topic, records: first });
  await consume();
  const old0 = ["old@0", 7, "2025-01-14T08:00:00.000000Z"] as const;
  const new0 = [`${topic}@0`, 1, "2025-01-15T10:30:00.000000Z"] as const;
  const new1 = [`${topic}@1`, 2, "2025-01-15T23:59:59.000000Z"] as const;
  const new3 = [`${topic}@3`, 3, "2025-01-16T00:00:00.000000Z"] as const;
  await expectRows([new0, old0, new1, new3]);
  expect(await spark.sql(`SELECT count(*) AS n FROM ${name}_dead_letters`, catalogs)).toEqual([
    { n: 1n },
  ]);

  await spark.sql(`DELETE FROM ${name} WHERE customer_id = 2`, catalogs);
  const deletes = await spark.sql(`SELECT count(*) AS n FROM ${name}.delete_files`, catalogs);
  expect(deletes).toEqual([{ n: 1n }]);
  await insert(1, 2, "2025-01-15 12:00:00");
  await client.produce({ topic, records: [rating(2, "2025-01-15T13:00:00")] });
  await consume();
  // The delete is of the row that was there, not of the same customer's later ones.
  const old1 = ["old@1", 2, "2025-01-15T12:00:00.000000Z"] as const;
  const new4 = [`${topic}@4`, 2, "2025-01-15T13:00:00.000000Z"] as const;
  await expectRows([new0, old0, old1, new3, new4]);

  const compaction = `table => '${table}', options => map('rewrite-all', 'true')`;
  await spark.sql(`CALL lake.system.rewrite_data_files(${compaction})`, catalogs);
  await spark.sql(`CALL lake.system.rewrite_manifests(table => '${table}')`, catalogs);
  await client.produce({ topic, records: [rating(4, "2025-01-17T00:00:00")] });
  await consume();
  const new5 = [`${topic}@5`, 4, "2025-01-17T00:00:00.000000Z"] as const;
  await expectRows([new0, old0, old1, new3, new4, new5]);

  const files = await spark.plannedFiles({
    catalog: lake.reference,
    table,
    filter: "timestamp >= TIMESTAMP '2025-01-16 00:00:00'",
  });
  const days = files.map((file) => /timestamp_day=([^/]*)/u.exec(file)?.[1]);
  expect(new Set(days)).toEqual(new Set(["2025-01-16", "2025-01-17"]));
});
