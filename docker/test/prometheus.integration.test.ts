import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createWorkDirectory, type ManagedProcess, startPrometheus } from "@salon/testkit";
import type { PrometheusService } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dockerDirectory } from "./compose-stack.ts";
import { alertQueries, labelsShown, monitoring, panelQueries } from "./monitoring-queries.ts";
import { startStack } from "./stack-processes.ts";

const WAIT = { timeout: 60_000, interval: 500 };

const resources = new AsyncDisposableStack();
let consumer: ManagedProcess;
let prometheus: PrometheusService;

beforeAll(async () => {
  const variables = { SALON_DURATION: "10m", SALON_INTERVAL: "20ms" };
  const stack = resources.use(await startStack(["monitoring"], variables));
  const flags = ["--rules=ratings", "--commit-interval=1s"];
  consumer = resources.use(await stack.startProgram("consumer", flags));
  resources.use(await stack.startProgram("producer", ["--dirty=0.3"]));
  const line = await consumer.waitForLine(/status page at/, { timeoutMs: 60_000 });
  const page = new URL((JSON.parse(line) as { readonly url: string }).url);
  const directory = resources.use(await createWorkDirectory("monitoring"));
  const configuration = join(directory.path, "prometheus.yml");
  await writeFile(configuration, await localConfiguration(page.port));
  prometheus = resources.use(await startPrometheus(configuration));
});
afterAll(() => resources.disposeAsync());

/** The stack's own configuration, but for hosts, ports and paths, and ten times as often. */
async function localConfiguration(port: string): Promise<string> {
  const text = await readFile(join(monitoring, "prometheus.yml"), "utf8");
  const [discovery = ""] = /^ {4}dns_sd_configs:\n(?: {6}.*\n)+/mu.exec(text) ?? [];
  const [, name = ""] = /names: \[([\w-]+)/u.exec(discovery) ?? [];
  expect(discovery).toContain("port: 4040");
  const found = `    static_configs:
      - targets: ["127.0.0.1:${port}"]
        labels: { __meta_dns_name: ${name} }
`;
  return text
    .replace(discovery, found)
    .replace("/run/secrets/ui_token", join(dockerDirectory, "local", "ui-token"))
    .replace("[alerts.yml]", `["${join(monitoring, "alerts.yml")}"]`)
    .replaceAll("_interval: 10s", "_interval: 1s");
}

describe("Prometheus, scraping a consumer that runs", () => {
  it("finds it by its name, and is let in", async () => {
    await expect
      .poll(() => prometheus.query('up{job="salon"}'), WAIT)
      .toMatchObject([{ labels: { instance: "ratings-consumer" }, value: 1 }]);
  });

  it.each(panelQueries)("has an answer for $where", async ({ expression, texts }) => {
    const shown = labelsShown(texts);
    await expect
      .poll(async () => {
        const samples = await prometheus.query(expression);
        const isShown = samples.filter(({ labels }) => shown.every((label) => label in labels));
        return { found: isShown.length > 0, others: samples.length - isShown.length };
      }, WAIT)
      .toEqual({ found: true, others: 0 });
  });

  it("evaluates every alert, and none of them fires", async () => {
    const rules = await prometheus.rules();
    expect(rules.map(({ name }) => name)).toEqual(alertQueries.map(({ where }) => where));
    expect(rules.filter(({ health }) => health !== "ok")).toEqual([]);
    expect(rules.filter(({ state }) => state === "firing")).toEqual([]);
  });

  it("takes note when it is gone", async () => {
    expect(await consumer.stop({ graceMs: 30_000 })).toEqual({ code: 0 });
    await expect
      .poll(async () => {
        const rules = await prometheus.rules();
        return rules.filter(({ state }) => state !== "inactive").map(({ name }) => name);
      }, WAIT)
      .toEqual(expect.arrayContaining(["SalonConsumersAbsent", "SalonConsumerDown"]));
  });
});
