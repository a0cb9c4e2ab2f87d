import { randomUUID } from "node:crypto";
import { startLibrdkafka, startNodeProgram, useSharedServices } from "@salon/testkit";
import { describe, expect, it } from "vitest";

const smokeMain = new URL("../src/main.ts", import.meta.url);
const consumeMain = new URL("../../consumer-cli/src/main.ts", import.meta.url);

describe.each(["hadoop", "rest"] as const)("a pipeline with a %s catalog", (catalog) => {
  it("brings three ratings through Kafka into the table, which the smoke test sees", async () => {
    const { kafka, s3, bucket, restCatalog } = useSharedServices();
    const topic = `smoke-${randomUUID()}`;
    await using client = await startLibrdkafka(kafka);
    await client.createTopic(topic, { partitions: 3 });
    const place = catalog === "rest" ? [`uri=${restCatalog.uri}`] : [`warehouse=s3a://${bucket}`];
    const properties = [...place, `s3.endpoint=${s3.endpoint}`, `s3.region=${s3.region}`];
    const shared = [
      `--bootstrap-servers=${kafka.bootstrapServers}`,
      `--topic=${topic}`,
      `--table=smoke_${catalog}_${Date.now()}`,
      `--catalog=${catalog}`,
      ...properties.map((property) => `--catalog-property=${property}`),
      "--log-format=json",
    ];
    const env = {
      AWS_ACCESS_KEY_ID: s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    };
    const flags = ["--no-ui", "--starting-offsets=earliest", "--commit-interval=1s"];
    await using consumer = await startNodeProgram({
      entry: consumeMain,
      args: [...shared, ...flags],
      env,
    });
    await using smoke = await startNodeProgram({ entry: smokeMain, args: shared, env });
    expect({ ...(await smoke.exit), log: smoke.stderr() }).toEqual({ code: 0, log: "" });
    expect(smoke.stdout()).toMatch(/^in table {4}3 of 3 once, by value/m);
    expect(await consumer.stop()).toEqual({ code: 0 });
  });
});
