import { join } from "node:path";
import { startDevBroker } from "@salon/dev-broker";
import { createWorkDirectory, startLibrdkafka, startNodeProgram } from "@salon/testkit";
import { describe, expect, it } from "vitest";
import { rating } from "./pipeline/consumer-outcome.ts";

const CONSUME = new URL("../src/main.ts", import.meta.url);
const TABLE = new URL("../../table-cli/src/main.ts", import.meta.url);

describe("salon-consume --catalog sql", () => {
  it("needs no server for the catalog: restarted, it goes on, and verify proves it", async () => {
    await using directory = await createWorkDirectory("sql-catalog");
    await using broker = await startDevBroker({ topics: [{ name: "ratings", partitions: 2 }] });
    await using client = await startLibrdkafka(broker);
    const catalog = ["--catalog", "sql", "--warehouse", join(directory.path, "warehouse")];
    const servers = `--bootstrap-servers=${broker.bootstrapServers}`;
    for (const customers of [
      [1, 2, 3],
      [4, 5],
    ]) {
      await client.produce({
        topic: "ratings",
        records: customers.map((customer) => rating(customer)),
      });
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
    expect(rows.reduce((sum, count) => sum + count, 0)).toBe(5);
  });
});
