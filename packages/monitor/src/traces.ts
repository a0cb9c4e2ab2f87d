import type { SinkEvent } from "./sink-event.ts";
import type { TraceExport, TraceSource } from "./trace-export.ts";
import { UnitTracer } from "./unit-trace.ts";
import type { TracedSpan } from "./unit-trace.ts";

/** How long the end waits for a collector that does not take what is left. */
const END_TIMEOUT_MS = 2_000;
/** Traces that wait for the exporter to be loaded. */
const WAITING_MAX = 100;

/**
 * Traces of a sink, one for each unit, sent by OpenTelemetry's libraries, which are loaded with the
 * first of them. Where they go is said by `OTEL_EXPORTER_OTLP_ENDPOINT` and its like.
 */
export class Traces implements AsyncDisposable {
  readonly #source: TraceSource;
  readonly #nowMs: () => number;
  readonly #tracer = new UnitTracer();
  readonly #waiting: TracedSpan[] = [];
  #loading: Promise<void> | undefined;
  #export: TraceExport | undefined;

  constructor(source: TraceSource, nowMs: () => number = Date.now) {
    this.#source = source;
    this.#nowMs = nowMs;
  }

  /** Takes what a sink tells of itself. */
  readonly observe = (event: SinkEvent): void => {
    const root = this.#tracer.trace(event, this.#nowMs());
    if (root === undefined) return;
    if (this.#export !== undefined) this.#export.send(root);
    else if (this.#waiting.length < WAITING_MAX) this.#waiting.push(root);
    this.#loading ??= this.#load();
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loading;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, END_TIMEOUT_MS);
    const sent = this.#export?.[Symbol.asyncDispose]().catch(() => undefined);
    await Promise.race([sent, late]);
    clearTimeout(timer);
  }

  async #load(): Promise<void> {
    const { TraceExport } = await import("./trace-export.ts");
    this.#export = new TraceExport(this.#source);
    for (const root of this.#waiting.splice(0)) this.#export.send(root);
  }
}
