import type { SinkEvent } from "./sink-event.ts";
import type { TraceExport, TraceSource } from "./trace-export.ts";
import { UnitTracer } from "./unit-trace.ts";
import type { TracedSpan } from "./unit-trace.ts";

/** What traces are given. */
export interface TracesComponents {
  /** pino's loggers fit as they are. */
  readonly logger: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
  /** Milliseconds since 1970. */
  readonly nowMs?: (() => number) | undefined;
}

/** How long the end waits for a collector that does not take what is left. */
const END_TIMEOUT_MS = 2_000;
/** Traces that wait for the exporter to be loaded. */
const WAITING_MAX = 100;

/**
 * Traces of a sink, one for each unit, sent by OpenTelemetry's libraries, which are loaded with the
 * first of them. Where they go is said by `OTEL_EXPORTER_OTLP_ENDPOINT` and its like. A collector
 * that takes none is one warning, and another once it has taken some again.
 */
export class Traces implements AsyncDisposable {
  readonly #source: TraceSource;
  readonly #logger: TracesComponents["logger"];
  readonly #nowMs: () => number;
  readonly #tracer = new UnitTracer();
  readonly #waiting: TracedSpan[] = [];
  #loading: Promise<void> | undefined;
  #export: TraceExport | undefined;
  #isFailing = false;

  constructor(source: TraceSource, { logger, nowMs = Date.now }: TracesComponents) {
    this.#source = source;
    this.#logger = logger;
    this.#nowMs = nowMs;
  }

  /** Takes what a sink tells of itself. */
  readonly observe = (event: SinkEvent): void => {
    const root = this.#tracer.trace(event, this.#nowMs());
    if (root === undefined) return;
    if (this.#export !== undefined) this.#export.send(root);
    else if (this.#waiting.length < WAITING_MAX) this.#waiting.push(root);
    this.#loading ??= this.#load().catch((error: unknown) => this.#noteSent(String(error)));
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loading;
    if (this.#export === undefined) return;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#noteSent(`the last ones were not taken within ${END_TIMEOUT_MS} ms`);
      resolve();
    }, END_TIMEOUT_MS);
    // What it fails with was told already.
    const sent = this.#export[Symbol.asyncDispose]().catch(() => undefined);
    await Promise.race([sent, late]);
    clearTimeout(timer);
  }

  async #load(): Promise<void> {
    const { TraceExport } = await import("./trace-export.ts");
    this.#export = new TraceExport(this.#source, (failure) => this.#noteSent(failure));
    for (const root of this.#waiting.splice(0)) this.#export.send(root);
  }

  #noteSent(failure: string | undefined): void {
    const isNew = failure !== undefined && !this.#isFailing;
    this.#isFailing = failure !== undefined;
    if (isNew) this.#logger.warn({ err: failure }, "traces are not taken, going on without them");
  }
}
