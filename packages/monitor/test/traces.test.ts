import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Traces } from "../src/index.ts";
import { UnitTracer } from "../src/unit-trace.ts";
import { committed, NOW_MS, started, tried } from "./kit/sink-events.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the trace of a unit", () => {
  it("reaches from its first record to its commit, and has every attempt", () => {
    const tracer = new UnitTracer();
    tracer.trace(started(), NOW_MS);
    tracer.trace(tried("conflict", "main moved"), NOW_MS - 10);
    tracer.trace(tried("committed"), NOW_MS);
    const root = tracer.trace(committed(0, { start: 0, end: 10, dead: 1 }), NOW_MS);
    expect(root).toMatchObject({
      name: "unit",
      startMs: NOW_MS - 40 - 30 - 500,
      endMs: NOW_MS,
      attributes: { "salon.table": "bronze", "salon.rows": 9, "salon.dead_letters": 1 },
    });
    const [fill, seal, commit] = root?.children ?? [];
    expect([fill?.startMs, fill?.endMs]).toEqual([NOW_MS - 570, NOW_MS - 70]);
    expect([seal?.startMs, seal?.endMs]).toEqual([NOW_MS - 70, NOW_MS - 40]);
    expect([commit?.startMs, commit?.endMs]).toEqual([NOW_MS - 40, NOW_MS]);
    expect(commit?.children.map(({ attributes, error }) => ({ attributes, error }))).toEqual([
      { attributes: { "salon.outcome": "conflict" }, error: "main moved" },
      { attributes: { "salon.outcome": "committed" }, error: undefined },
    ]);
    expect(
      tracer.trace(committed(0, { start: 10, end: 12 }), NOW_MS)?.children[2]?.children,
    ).toEqual([]);
  });

  it("of one that was dropped has failed", () => {
    const tracer = new UnitTracer();
    tracer.trace(started(), NOW_MS);
    tracer.trace(tried("fenced"), NOW_MS);
    const root = tracer.trace({ kind: "unit-dropped", reason: "fenced" }, NOW_MS);
    expect(root).toMatchObject({ name: "unit", error: "fenced", children: [{ error: "fenced" }] });
  });
});

interface Collector extends AsyncDisposable {
  readonly url: string;
  /** Path and body of each request. */
  readonly requests: readonly { readonly path: string; readonly body: string }[];
}

/** Takes what it is sent, and answers with the status that is next. */
async function startCollector(statuses: readonly number[] = []): Promise<Collector> {
  const requests: { readonly path: string; readonly body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (part: string) => (body += part));
    request.on("end", () => {
      response.writeHead(statuses[requests.length] ?? 200, { "content-type": "application/json" });
      requests.push({ path: request.url ?? "", body });
      response.end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** Traces to an address, and what was warned of. */
function traceTo(url: string): { readonly traces: Traces; readonly warnings: unknown[] } {
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", url);
  const warnings: unknown[] = [];
  const logger = { warn: ({ err }: { readonly err?: unknown }) => void warnings.push(err) };
  const traces = new Traces({ serviceName: "salon-consume", version: "1.2.3" }, { logger });
  traces.observe(started());
  return { traces, warnings };
}

function observeUnit(traces: Traces): void {
  traces.observe(tried("committed"));
  traces.observe(committed(0, { start: 0, end: 10 }));
}

describe("Traces", () => {
  it("are sent to the collector that the environment names", async () => {
    await using collector = await startCollector();
    const { traces, warnings } = traceTo(collector.url);
    observeUnit(traces);
    await traces[Symbol.asyncDispose]();
    expect(warnings).toEqual([]);
    expect(collector.requests.map(({ path }) => path)).toEqual(["/v1/traces"]);
    const sent = JSON.parse(collector.requests[0]?.body ?? "") as SentTraces;
    const [resourceSpans] = sent.resourceSpans;
    expect(JSON.stringify(resourceSpans?.resource)).toContain("salon-consume");
    const spans = resourceSpans?.scopeSpans.flatMap((scope) => scope.spans) ?? [];
    const root = spans.find(({ name }) => name === "unit");
    const inRoot = spans.filter(({ parentSpanId }) => parentSpanId === root?.spanId);
    expect(inRoot.map(({ name }) => name)).toEqual([
      "fetch, decode and write",
      "close and upload files",
      "commit",
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(spans.map(({ name }) => name)).toContain("attempt");
  });

  it("that are refused are one warning, and another once some were taken", async () => {
    await using collector = await startCollector([400, 400, 200, 400]);
    const { traces, warnings } = traceTo(collector.url);
    // A batch is sent when it is full, which takes about a hundred units.
    while (collector.requests.length < 5) {
      for (let unit = 0; unit < 20; unit++) observeUnit(traces);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await traces[Symbol.asyncDispose]();
    expect(warnings).toEqual(["Bad Request", "Bad Request"]);
  });

  it("hold up no end where the collector is away, which is said once", async () => {
    const { traces, warnings } = traceTo("http://127.0.0.1:9");
    observeUnit(traces);
    const start = performance.now();
    await traces[Symbol.asyncDispose]();
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(warnings).toEqual(["the last ones were not taken within 2000 ms"]);
  });
});

interface SentTraces {
  readonly resourceSpans: readonly {
    readonly resource: unknown;
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string;
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
      }[];
    }[];
  }[];
}
