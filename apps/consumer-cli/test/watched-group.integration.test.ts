import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { startBrowser, startKafka, startLibrdkafka } from "@salon/testkit";
import type { Browser, KafkaService, LibrdkafkaClient, ManagedProcess, Page } from "@salon/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hadoopCatalog, startConsumer } from "./pipeline/commands.ts";
import { startOtlpCollector } from "./pipeline/otlp-collector.ts";
import type { CollectedSpan, OtlpCollector } from "./pipeline/otlp-collector.ts";
import { produceRatings } from "./pipeline/produced-ratings.ts";

/** Where pictures of the page go, for people to look at; none are made where it is not set. */
const PICTURES = process.env["SALON_TEST_PICTURES"];

const PARTITIONS = 4;
const topic = `watched-${randomUUID()}`;

/** A member of the group, and the page of it. */
interface Watched {
  readonly consumer: ManagedProcess;
  readonly url: string;
}

const resources = new AsyncDisposableStack();
let kafka: KafkaService;
let client: LibrdkafkaClient;
let collector: OtlpCollector;
let browser: Browser;
let members: readonly [Watched, Watched];
let page: Page;

beforeAll(async () => {
  kafka = resources.use(await startKafka());
  client = resources.use(await startLibrdkafka(kafka));
  await client.createTopic(topic, { partitions: PARTITIONS });
  collector = resources.use(await startOtlpCollector());
  browser = await startBrowser();
  resources.defer(() => browser.close());
  members = await Promise.all([startMember(), startMember()]);
  page = await openPage(members[0]);
});
afterAll(() => resources.disposeAsync());

async function startMember(): Promise<Watched> {
  const consumer = resources.use(
    await startConsumer(hadoopCatalog(), {
      bootstrapServers: kafka.bootstrapServers,
      topic,
      table: "watched",
      flags: ["--ui-port=0", "--commit-interval=500ms", "--rules=ratings"],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
    }),
  );
  const line = await consumer.waitForLine(/status page at/, { timeoutMs: 60_000 });
  return { consumer, url: (JSON.parse(line) as { readonly url: string }).url };
}

async function openPage({ url }: Watched): Promise<Page> {
  const opened = await browser.newPage();
  await opened.setViewport({ width: 1280, height: 900 });
  await opened.goto(url);
  return opened;
}

/** The texts of a table's rows. */
function rowsOf(id: string): Promise<string[][]> {
  return page.$$eval(`#${id} tbody tr`, (rows) =>
    rows.map(({ cells }) => [...cells].map(({ textContent }) => textContent)),
  );
}

function textOf(id: string): Promise<string> {
  return page.$eval(`#${id}`, (element) => element.textContent ?? "");
}

async function picture(name: string): Promise<void> {
  if (PICTURES === undefined) return;
  for (const [size, width] of [["desk", 1280] as const, ["phone", 390] as const]) {
    for (const value of ["light", "dark"]) {
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
      const path = join(PICTURES, `kafka-${name}-${size}-${value}.png`);
      await page.screenshot({ path, fullPage: true });
    }
  }
}

/** What each partition of the page's own is at: where the table is, and where the log ends. */
async function ownPartitions(): Promise<readonly (readonly [string, string])[]> {
  const own = (await rowsOf("partitions")).filter(([, isReadHere]) => isReadHere === "yes");
  return own.map(([, , , next = "", logEnd = ""]) => [next, logEnd]);
}

it("says that it keeps up and loses nothing, what the last commit did, and who else reads", async () => {
  await expect
    .poll(() => textOf("group-line"), { timeout: 60_000 })
    .toBe("watched-group: Stable, 2 members");
  const shares = (await rowsOf("members")).map(([, isThis, count]) => [isThis, count]);
  expect(shares).toEqual(
    expect.arrayContaining([
      ["yes", "2"],
      ["no", "2"],
    ]),
  );

  const ratings = { topic, count: 6_000, seed: 11, dirtyShare: 0.05, hasTransactions: true };
  const produced = await produceRatings(client, ratings);
  const ends = await client.endOffsets(topic);
  await expect.poll(ownPartitions, { timeout: 60_000 }).toEqual(
    (await rowsOf("partitions"))
      .filter(([, isReadHere]) => isReadHere === "yes")
      .map(([partition]) => ends[Number(partition)]?.toLocaleString("en-US"))
      .map((end) => [end, end]),
  );
  expect(await textOf("word")).toBe("running");
  expect(await textOf("reason")).toBe("everything is committed");
  expect(await textOf("verdict")).toBe("0 lost · 0 twice");
  expect(await textOf("account")).toMatch(/^4 partitions, each contiguous: .* without a record$/);
  expect([await textOf("lag"), await textOf("lag-more")]).toEqual(["0", "nothing waits"]);
  expect(produced.some(({ isValid }) => !isValid)).toBe(true);
  const causes = (await rowsOf("causes")).map(([cause]) => cause);
  expect(causes).toContain("INVALID_JSON");
  expect((await rowsOf("samples")).map(([cause]) => cause)).toEqual(expect.arrayContaining(causes));
  expect((await rowsOf("rules")).length).toBeGreaterThan(3);
  const [lastCommit] = commitsOf(members[0]).toReversed();
  const [newest = []] = await rowsOf("commits");
  expect(newest.slice(1, 4)).toEqual([
    lastCommit?.snapshotId,
    lastCommit?.rows.toLocaleString("en-US"),
    lastCommit?.dead.toLocaleString("en-US"),
  ]);
  await picture("running");
});

it("says why it is degraded when Kafka is gone, and ends when it is told to", async () => {
  await kafka.kill();
  await page.waitForSelector("#state[data-word=degraded]", { timeout: 60_000 });
  expect(await textOf("reason")).toContain(kafka.bootstrapServers);
  await expect.poll(() => textOf("lag-more"), { timeout: 60_000 }).toMatch(/^as it was .* ago$/);
  await expect
    .poll(() => textOf("group-line"), { timeout: 60_000 })
    .toMatch(/^watched-group: unknown since .*: cannot describe group .*; below as it was at /);
  expect(await rowsOf("members")).toHaveLength(2);
  for (const path of ["healthz", "readyz"]) {
    expect((await fetch(`${members[0].url}/${path}`)).status).toBe(200);
  }
  await picture("degraded");
  const exits = members.map(({ consumer }) => consumer.stop({ graceMs: 30_000 }));
  expect(await Promise.all(exits)).toEqual([{ code: 0 }, { code: 0 }]);
  await page.waitForSelector("#state[data-word=unknown]", { timeout: 30_000 });
  expect(await textOf("connection")).toMatch(/^no answer for \d+ s$/);
});

it("has traced every unit from its fetch to its commit, by the ids of the log", () => {
  const commits = members.flatMap(commitsOf);
  expect(commits.length).toBeGreaterThan(1);
  const roots = collector.spans.filter(({ name }) => name === "unit");
  const traced = roots.map((root) => [
    attributeOf(root, "salon.snapshot_id"),
    attributeOf(root, "salon.rows"),
  ]);
  const logged = commits.map(({ snapshotId, rows }) => [snapshotId, rows]);
  expect(new Map(traced as [string, number][])).toEqual(new Map(logged as [string, number][]));
  expect(roots).toHaveLength(commits.length);
  for (const root of roots) {
    expect(attributeOf(root, "salon.topic")).toBe(topic);
    expect(root.parentSpanId).toBeUndefined();
    const children = childrenOf(root);
    expect(children.map(({ name }) => name)).toEqual([
      "fetch, decode and write",
      "close and upload files",
      "commit",
    ]);
    const attempts = childrenOf(children[2] ?? root);
    expect(attempts.map(({ name }) => name)).toContain("attempt");
    for (const span of [...children, ...attempts]) expect(span.traceId).toBe(root.traceId);
    for (const { startTimeUnixNano, endTimeUnixNano } of children) {
      expect(BigInt(startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(root.startTimeUnixNano));
      expect(BigInt(endTimeUnixNano)).toBeLessThanOrEqual(BigInt(root.endTimeUnixNano));
    }
  }
  for (const { consumer } of members) expect(consumer.stderr()).not.toContain("traces are not");
});

interface LoggedCommit {
  readonly snapshotId: string;
  readonly rows: number;
  readonly dead: number;
}

/** The commits of records that a member logged, each by one line. */
function commitsOf({ consumer }: Watched): readonly LoggedCommit[] {
  const lines = consumer.stderr().split("\n");
  const committed = lines.filter((line) => line.includes('"msg":"committed"'));
  return committed.map((line) => JSON.parse(line) as LoggedCommit);
}

function attributeOf({ attributes }: CollectedSpan, key: string): string | number | undefined {
  const value = attributes.find((attribute) => attribute.key === key)?.value;
  return value?.stringValue ?? value?.intValue;
}

function childrenOf({ spanId }: CollectedSpan): readonly CollectedSpan[] {
  return collector.spans.filter(({ parentSpanId }) => parentSpanId === spanId);
}
