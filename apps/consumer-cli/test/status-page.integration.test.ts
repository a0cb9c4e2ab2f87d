import { startDevBroker } from "@salon/dev-broker";
import { openKafkaSink } from "@salon/kafka-io";
import type { KafkaSink } from "@salon/kafka-io";
import { checkMetrics, createWorkDirectory, startBrowser, startNodeProgram } from "@salon/testkit";
import type { ManagedProcess } from "@salon/testkit";
import { describe, expect, it } from "vitest";

const consumeMain = new URL("../src/main.ts", import.meta.url);
const SECRETS = ["secret-token-of-the-page", "secret-of-the-store", "secret-credential"] as const;
const [TOKEN, STORE_SECRET, CREDENTIAL] = SECRETS;
const TOPIC = "ratings";

interface Pipeline extends AsyncDisposable {
  readonly consumer: ManagedProcess;
  readonly records: KafkaSink;
  readonly url: string;
  readonly stopBroker: () => Promise<void>;
}

/** `salon-consume` against an embedded broker with two partitions. */
async function startPipeline(flags: readonly string[] = []): Promise<Pipeline> {
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await createWorkDirectory("status-page"));
  const broker = await startDevBroker({ topics: [{ name: TOPIC, partitions: 2 }] });
  resources.use(broker);
  const { bootstrapServers } = broker;
  const records = resources.use(
    await openKafkaSink({ bootstrapServers: [bootstrapServers], topic: TOPIC }),
  );
  const consumer = resources.use(
    await startNodeProgram({
      entry: consumeMain,
      cwd: directory.path,
      args: [
        `--bootstrap-servers=${bootstrapServers}`,
        `--topic=${TOPIC}`,
        "--table=bronze",
        "--starting-offsets=earliest",
        "--commit-interval=300ms",
        "--log-format=json",
        "--log-level=debug",
        "--ui-port=0",
        `--catalog-property=s3.secret-access-key=${STORE_SECRET}`,
        `--catalog-property=credential=${CREDENTIAL}`,
        ...flags,
      ],
    }),
  );
  const line = await consumer.waitForLine(/status page at/, { timeoutMs: 60_000 });
  const { url = "" } = JSON.parse(line) as { readonly url?: string };
  const owned = resources.move();
  return {
    consumer,
    records,
    url,
    stopBroker: async () => broker[Symbol.asyncDispose](),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function send(
  records: KafkaSink,
  partition: number,
  values: readonly string[],
): Promise<void> {
  await records.send(values.map((value) => ({ partition, value: Buffer.from(value) })));
}

const rating = `{"customer_id":1,"rating_value":4.5,"timestamp":"2025-01-15T10:30:00"}`;

async function metricsOf(url: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = [...text.matchAll(/^([a-z_]+(?:\{[^}]*\})?) (\S+)$/gm)];
  return new Map(values.map(([, name = "", value]) => [name, Number(value)]));
}

async function eventually(check: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

describe("the page of salon-consume", () => {
  it("counts what is in the table, and keeps to Prometheus's conventions", async () => {
    await using pipeline = await startPipeline();
    const { records, url, consumer } = pipeline;
    await send(records, 0, [rating, "no json", rating, rating]);
    await send(records, 1, [rating, "null", "{"]);
    await eventually(async () => {
      const metrics = await metricsOf(url);
      expect(metrics.get("salon_rows_committed_total")).toBe(4);
      expect(metrics.get('salon_dead_letters_total{code="INVALID_JSON"}')).toBe(2);
      expect(metrics.get('salon_dead_letters_total{code="NOT_AN_OBJECT"}')).toBe(1);
    });
    const metrics = await metricsOf(url);
    expect(metrics.get('salon_records_consumed_total{topic="ratings",partition="0"}')).toBe(4);
    expect(metrics.get('salon_records_consumed_total{topic="ratings",partition="1"}')).toBe(3);
    expect(metrics.get('salon_commits_total{plan="first-position"}')).toBe(1);
    expect(metrics.get("salon_assigned_partitions")).toBe(2);
    expect(metrics.get('salon_state{state="running"}')).toBe(1);
    expect(metrics.get("salon_seconds_since_last_commit")).toBeLessThan(60);
    expect(metrics.get("salon_freshness_seconds")).toBeLessThan(60);
    await eventually(async () => {
      const now = await metricsOf(url);
      expect(now.get('salon_lag_records{topic="ratings",partition="0"}')).toBe(0);
      expect(now.get('salon_lag_seconds{topic="ratings",partition="1"}')).toBe(0);
    });
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(await checkMetrics(text)).toBe("");

    const status = (await (await fetch(`${url}/status.json`)).json()) as { readonly proof: object };
    expect(status.proof).toMatchObject({ offsets: 7, rows: 4, dead: 3, lost: 0, unproved: 0 });
    for (const path of ["/", "/status.json", "/metrics", "/history.json"]) {
      const served = await (await fetch(`${url}${path}`)).text();
      for (const secret of SECRETS) expect(served).not.toContain(secret);
    }
    for (const secret of SECRETS) expect(consumer.stderr()).not.toContain(secret);
  });

  it("is seen in a browser as it is, and says when Kafka is gone", async () => {
    await using pipeline = await startPipeline();
    await send(pipeline.records, 0, [rating, rating, "no json"]);
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(pipeline.url);
      await page.waitForFunction("document.querySelector('#word').textContent === 'running'");
      await page.waitForFunction(
        "document.querySelector('#account').textContent.includes('2 rows + 1 dead letters')",
      );
      expect(await page.$eval("#verdict", (element) => element.textContent)).toBe(
        "0 lost · 0 twice",
      );
      await pipeline.stopBroker();
      await page.waitForSelector("#state[data-word=degraded]", { timeout: 60_000 });
      expect((await fetch(`${pipeline.url}/healthz`)).status).toBe(200);
      expect((await fetch(`${pipeline.url}/readyz`)).status).toBe(200);
    } finally {
      await browser.close();
    }
  });

  it("asks for its token, which is in no log", async () => {
    await using pipeline = await startPipeline(["--ui-host=0.0.0.0", `--ui-token=${TOKEN}`]);
    const { port } = new URL(pipeline.url);
    const url = `http://127.0.0.1:${port}`;
    expect((await fetch(`${url}/status.json`)).status).toBe(401);
    await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200));
    const headers = { authorization: `Bearer ${TOKEN}` };
    const status = await (await fetch(`${url}/status.json`, { headers })).text();
    expect(status).toContain('"--ui-token"');
    expect(status).not.toContain(TOKEN);
    expect(await pipeline.consumer.stop()).toEqual({ code: 0 });
    expect(pipeline.consumer.stderr()).not.toContain(TOKEN);
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  it("is not there where it is not wanted", async () => {
    await using directory = await createWorkDirectory("no-page");
    await using broker = await startDevBroker({ topics: [{ name: TOPIC, partitions: 1 }] });
    await using consumer = await startNodeProgram({
      entry: consumeMain,
      cwd: directory.path,
      args: [
        `--bootstrap-servers=${broker.bootstrapServers}`,
        `--topic=${TOPIC}`,
        "--trigger=available-now",
        "--log-format=json",
        "--no-ui",
      ],
    });
    expect(await consumer.exit).toEqual({ code: 0 });
    expect(consumer.stderr()).not.toContain("status page");
  });
});
