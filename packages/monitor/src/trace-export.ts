import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Context, Tracer } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { TracedSpan } from "./unit-trace.ts";

/** Whose traces they are. */
export interface TraceSource {
  readonly serviceName: string;
  readonly version: string;
}

/**
 * Sends traces by OTLP over HTTP to where OpenTelemetry's own variables say, in the background; a
 * collector that is away costs its traces and nothing else.
 */
export class TraceExport implements AsyncDisposable {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;

  constructor({ serviceName, version }: TraceSource) {
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ "service.name": serviceName, "service.version": version }),
      spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
    });
    this.#tracer = this.#provider.getTracer("@salon/monitor", version);
  }

  send(root: TracedSpan): void {
    this.#send(root, context.active());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#provider.shutdown();
  }

  #send({ name, startMs, endMs, attributes, error, children }: TracedSpan, parent: Context): void {
    const span = this.#tracer.startSpan(name, { startTime: startMs, attributes }, parent);
    const inside = trace.setSpan(parent, span);
    for (const child of children) this.#send(child, inside);
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    span.end(endMs);
  }
}
