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

describe("Traces", () => {
  it("are sent to the collector that the environment names", async () => {
    const bodies: string[] = [];
    const collector = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8");
      request.on("data", (part: string) => (body += part));
      request.on("end", () => {
        bodies.push(`${request.url} ${body}`);
        response.setHeader("content-type", "application/json").end("{}");
      });
    });
    collector.listen(0, "127.0.0.1");
    await once(collector, "listening");
    const { port } = collector.address() as AddressInfo;
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", `http://127.0.0.1:${port}`);
    {
      await using traces = new Traces({ serviceName: "salon-consume", version: "1.2.3" });
      traces.observe(started());
      traces.observe(tried("committed"));
      traces.observe(committed(0, { start: 0, end: 10 }));
    }
    collector.close();
    expect(bodies).toHaveLength(1);
    const [path = "", ...rest] = (bodies[0] ?? "").split(" ");
    expect(path).toBe("/v1/traces");
    const sent = JSON.parse(rest.join(" ")) as SentTraces;
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

  it("hold up no end where the collector is away", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
    const traces = new Traces({ serviceName: "salon-consume", version: "1.2.3" });
    traces.observe(started());
    traces.observe(committed(0, { start: 0, end: 10 }));
    const start = performance.now();
    await traces[Symbol.asyncDispose]();
    expect(performance.now() - start).toBeLessThan(5_000);
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
