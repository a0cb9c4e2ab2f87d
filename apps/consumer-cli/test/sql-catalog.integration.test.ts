import { join } from "node:path";
import { startDevBroker } from "@salon/dev-broker";
import {
  createWorkDirectory,
  startLibrdkafka,
  startNodeProgram,
  useSharedReader,
} from "@salon/testkit";
import { describe, expect, it } from "vitest";
import { rating } from "./pipeline/consumer-outcome.ts";

const CONSUME = new URL("../src/main.ts", import.meta.url);
const TABLE = new URL("../../table-cli/src/main.ts", import.meta.url);
/** What the catalog is called in its database, and in the session of Spark. */
const CATALOG_NAME = "consumer_sql";

describe("salon-consume --catalog sql", () => {
  it("needs no server: Spark and PyIceberg share the database, and verify proves the rows", async () => {
    await using directory = await createWorkDirectory("sql-catalog");
    await using broker = await startDevBroker({ topics: [{ name: "ratings", partitions: 2 }] });
    await using client = await startLibrdkafka(broker);
    const warehouse = join(directory.path, "warehouse");
    const catalog = [
      "--catalog=sql",
      `--warehouse=${warehouse}`,
      `--catalog-property=catalog-name=${CATALOG_NAME}`,
    ];
    const servers = `--bootstrap-servers=${broker.bootstrapServers}`;
    const reference = {
      kind: "sql",
      name: CATALOG_NAME,
      databasePath: join(warehouse, "catalog.db"),
      warehouse: `file://${warehouse}`,
    } as const;
    const table = "default.bronze_ratings_streaming";
    const spark = await useSharedReader("spark");
    const pyiceberg = await useSharedReader("pyiceberg");
    const consume = async (...customers: readonly number[]): Promise<void> => {
      const records = customers.map((customer) => rating(customer));
      await client.produce({ topic: "ratings", records });
      await using consumer = await startNodeProgram({
        entry: CONSUME,
        args: [
          ...catalog,
          servers,
          "--topic=ratings",
          "--starting-offsets=earliest",
          "--trigger=available-now",
          "--log-format=json",
        ],
      });
      expect({ ...(await consumer.exit), stdout: consumer.stdout() }).toMatchObject({ code: 0 });
    };

    await consume(1, 2, 3);
    const others = Array.from({ length: 10 }, () => "NULL").join(", ");
    await spark.sql(`INSERT INTO ${CATALOG_NAME}.${table} VALUES (10, ${others})`, {
      [CATALOG_NAME]: reference,
    });
    await consume(4, 5);
    await pyiceberg.appendRows({ catalog: reference, table, rows: [{ customer_id: 11 }] });
    await consume(6);

    for (const reader of [spark, pyiceberg]) {
      const rows = await reader.readTable({ catalog: reference, table });
      const customers = rows.map((row) => Number(row["customer_id"]));
      expect(customers.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 10, 11]);
    }
    await using verify = await startNodeProgram({
      entry: TABLE,
      args: ["verify", ...catalog, servers, "--deep", "--json"],
    });
    expect(await verify.exit).toEqual({ code: 0 });
    const proof = JSON.parse(verify.stdout()) as {
      sources: { partitions: { found: { rows: number } }[] }[];
    };
    const rows = proof.sources.flatMap(({ partitions }) =>
      partitions.map(({ found }) => found.rows),
    );
    expect(rows.reduce((sum, count) => sum + count, 0)).toBe(6);
  });
});
