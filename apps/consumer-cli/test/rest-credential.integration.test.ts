import { randomUUID } from "node:crypto";
import { startDevBroker } from "@salon/dev-broker";
import {
  startLibrdkafka,
  startNessie,
  startNodeProgram,
  startTokenServer,
  useSharedReader,
  useSharedServices,
} from "@salon/testkit";
import { describe, expect, it } from "vitest";
import { rating } from "./pipeline/consumer-outcome.ts";

const CONSUME = new URL("../src/main.ts", import.meta.url);

describe("salon-consume --catalog rest with a credential", () => {
  it("needs no key of the store, and shows no secret", async () => {
    const { s3, bucket } = useSharedServices();
    await using tokens = await startTokenServer({ lifetimeSeconds: 5 });
    const { publicKey, credential } = tokens;
    const warehouse = `s3://${bucket}/credentials-${randomUUID()}`;
    await using nessie = await startNessie({ s3, warehouse, publicKey });
    await using broker = await startDevBroker({ topics: [{ name: "ratings", partitions: 2 }] });
    await using client = await startLibrdkafka(broker);
    const records = [1, 2, 3].map((customer) => rating(customer));
    await client.produce({ topic: "ratings", records });
    const consume = async (shownCredential: string): Promise<{ code?: number; shown: string }> => {
      await using consumer = await startNodeProgram({
        entry: CONSUME,
        args: [
          `--bootstrap-servers=${broker.bootstrapServers}`,
          "--topic=ratings",
          "--starting-offsets=earliest",
          "--trigger=available-now",
          "--log-format=json",
          "--log-level=debug",
          "--catalog=rest",
          `--catalog-property=uri=${nessie.uri}`,
          `--catalog-property=oauth2-server-uri=${tokens.uri}`,
          `--catalog-property=credential=${shownCredential}`,
          "--table=ratings",
        ],
      });
      const { code } = await consumer.exit;
      const shown = consumer.stdout() + consumer.stderr();
      return { shown, ...(code === undefined ? {} : { code }) };
    };
    const refused = await consume("salon:wrong-secret");
    // Access denied, as the help of the command says.
    expect(refused).toMatchObject({ code: 4, shown: expect.stringContaining("invalid_client") });
    expect(refused.shown).not.toContain("wrong-secret");
    const { code, shown } = await consume(credential);
    expect({ code, shown }).toMatchObject({ code: 0 });
    expect(shown).not.toContain(credential.split(":")[1]);
    // Signed tokens, those of the catalog and of the store, begin with the same letters.
    expect(shown).not.toMatch(/eyJ[\w-]{10}/u);
    await using reader = await useSharedReader("pyiceberg");
    const rows = await reader.readTable({
      catalog: { kind: "rest", uri: nessie.uri, token: tokens.lastingToken(), s3 },
      table: "default.ratings",
    });
    expect(rows).toHaveLength(records.length);
  });
});
