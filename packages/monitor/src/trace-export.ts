import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Context, Tracer } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import type { TracedSpan } from "./unit-trace.ts";

/** Whose traces they are. */
export interface TraceSource {
  readonly serviceName: string;
  readonly version: string;
}

/** Takes how each sending ended: with why it failed, or with nothing. */
export type SentListener = (failure: string | undefined) => void;

/**
 * Sends traces by OTLP over HTTP to where OpenTelemetry's own variables say, in the background; a
 * collector that is away costs its traces and nothing else.
 */
export class TraceExport implements AsyncDisposable {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;

  constructor({ serviceName, version }: TraceSource, onSent: SentListener) {
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ "service.name": serviceName, "service.version": version }),
      spanProcessors: [new BatchSpanProcessor({ exporter: tellingExporter(onSent) })],
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

/** OpenTelemetry itself keeps silent of what it could not send. */
function tellingExporter(onSent: SentListener): SpanExporter {
  const exporter = new OTLPTraceExporter();
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        onSent(result.error && failureText(result.error));
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

/** A host with several addresses, of which none answers, fails without a message. */
function failureText(error: Error & { readonly code?: string }): string {
  return error.message || (error.code ?? error.name);
}
