import { EventStream } from "./event-stream.ts";
import { GroupWatch } from "./group-watch.ts";
import type { DescribableGroup } from "./group-watch.ts";
import { checkHealth, checkReadiness } from "./health.ts";
import { History } from "./history.ts";
import type { Measurement } from "./history.ts";
import { openPageServer } from "./http-server.ts";
import type { PageServer, ServerSettings } from "./http-server.ts";
import { metricSamples } from "./metric-samples.ts";
import type { Metrics } from "./metrics.ts";
import { pageStatus } from "./page-status.ts";
import type { ConfigurationEntry, PageStatus } from "./page-status.ts";
import { partitionLags, totalLag } from "./partition-lag.ts";
import { ProcessMeter } from "./process-load.ts";
import type { SinkEvent, SinkStatus } from "./sink-event.ts";
import { applyEvent, openView } from "./sink-view.ts";
import type { SinkView } from "./sink-view.ts";
import { sum } from "./commit-entry.ts";

/** What a monitor shows, and where. */
export interface MonitorSettings extends ServerSettings {
  /** Of the program that is watched. */
  readonly version: string;
  /** Settings that are in force, without secrets. */
  readonly configuration?: readonly ConfigurationEntry[] | undefined;
  /** How long after the start the page may be there; the first commit goes before it. */
  readonly openAfterMs?: number | undefined;
}

/** What a monitor is given. */
export interface MonitorComponents {
  /** pino's loggers fit as they are. */
  readonly logger: {
    info(fields: Readonly<Record<string, unknown>>, message: string): void;
    warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  };
  /** The consumer group of the sink, which is asked for its members while somebody looks. */
  readonly group?: DescribableGroup | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs?: (() => number) | undefined;
}

const SAMPLE_MS = 5_000;
const HOUR_MS = 3_600_000;
const PUSH_MS = 1_000;
const OPEN_AFTER_MS = 1_000;
/** A run that ends with its first commit needs no page. */
const AFTER_COMMIT_MS = 100;

/**
 * Watches a sink: hand {@link Monitor.observe} to it as its observer. The page opens once the first
 * records are committed, or after a moment, so that it never holds up the first commit; a page that
 * cannot open is a warning and no more.
 */
export class Monitor implements AsyncDisposable {
  readonly #settings: MonitorSettings;
  readonly #components: MonitorComponents;
  readonly #nowMs: () => number;
  readonly #meter = new ProcessMeter();
  readonly #history = new History(HOUR_MS / SAMPLE_MS);
  readonly #events = new EventStream(PUSH_MS, () => this.#events.send("status", this.#status()));
  readonly #group: GroupWatch | undefined;
  readonly #sampling: NodeJS.Timeout;
  #opening: NodeJS.Timeout;
  readonly #opened = Promise.withResolvers<string | undefined>();
  #isOpening = false;
  #isClosed = false;
  #view: SinkView;
  #metrics: Metrics | undefined;
  /** Commits of the time before the metrics were loaded. */
  #unmeasured: Extract<SinkEvent, { kind: "committed" }>[] = [];
  #server: PageServer | undefined;

  constructor(settings: MonitorSettings, components: MonitorComponents) {
    this.#settings = settings;
    this.#components = components;
    this.#nowMs = components.nowMs ?? Date.now;
    const { group } = components;
    this.#group = group && new GroupWatch(group, this.#nowMs);
    this.#view = openView(this.#nowMs());
    this.#history.add(this.#measure());
    this.#sampling = setInterval(() => this.#sample(), SAMPLE_MS).unref();
    const openAfterMs = settings.openAfterMs ?? OPEN_AFTER_MS;
    this.#opening = setTimeout(() => this.#open(), openAfterMs);
  }

  /** Where the page is, once it is there; undefined where it cannot be. */
  get url(): Promise<string | undefined> {
    return this.#opened.promise;
  }

  /** Takes what a sink tells of itself. */
  readonly observe = (event: SinkEvent): void => {
    this.#view = applyEvent(this.#view, event, this.#nowMs());
    if (event.kind !== "committed") return;
    if (this.#metrics === undefined) this.#unmeasured.push(event);
    else this.#metrics.observe(event);
    const isFirst = event.plan === "unit" && this.#view.totals.commits.get("unit") === 1;
    if (isFirst) this.#openSoon(AFTER_COMMIT_MS);
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#sampling);
    clearTimeout(this.#opening);
    this.#meter[Symbol.dispose]();
    if (!this.#isOpening) this.#opened.resolve(undefined);
    await this.#opened.promise;
    await this.#server?.[Symbol.asyncDispose]();
  }

  #openSoon(waitMs: number): void {
    if (this.#isOpening || this.#isClosed) return;
    clearTimeout(this.#opening);
    this.#opening = setTimeout(() => this.#open(), waitMs);
  }

  #open(): void {
    if (this.#isOpening || this.#isClosed) return;
    this.#isOpening = true;
    const { logger } = this.#components;
    this.#openServer().then(this.#opened.resolve, (error: unknown) => {
      const err = error instanceof Error ? error.message : String(error);
      logger.warn({ err }, "the status page cannot open, going on without it");
      this.#opened.resolve(undefined);
    });
  }

  async #openServer(): Promise<string> {
    const { Metrics } = await import("./metrics.ts");
    const metrics = new Metrics();
    this.#metrics = metrics;
    for (const event of this.#unmeasured) metrics.observe(event);
    this.#unmeasured = [];
    const { host, port, token } = this.#settings;
    this.#server = await openPageServer(
      { host, port, token },
      {
        status: () => this.#status(),
        history: () => this.#history.samples,
        metrics: async () => ({ type: metrics.contentType, text: await this.#text(metrics) }),
        health: () => checkHealth(this.#view, this.#sinkStatus(), this.#nowMs()),
        readiness: () => checkReadiness(this.#view, this.#sinkStatus(), this.#nowMs()),
        events: this.#events,
      },
    );
    const { url } = this.#server;
    this.#components.logger.info({ url }, `status page at ${url}`);
    return url;
  }

  #sinkStatus(): SinkStatus | undefined {
    return this.#view.status?.();
  }

  #status(): PageStatus {
    const { version, configuration = [] } = this.#settings;
    const now = this.#history.sampleOf(this.#measure());
    const context = { now, version, configuration, group: this.#group?.look() };
    return pageStatus(this.#view, this.#sinkStatus(), context);
  }

  #text(metrics: Metrics): Promise<string> {
    const { version } = this.#settings;
    const context = { status: this.#sinkStatus(), load: this.#meter.load, version };
    return metrics.text(metricSamples(this.#view, { ...context, nowMs: this.#nowMs() }));
  }

  #sample(): void {
    this.#meter.restart();
    this.#events.send("sample", this.#history.add(this.#measure()));
  }

  #measure(): Measurement {
    const atMs = this.#nowMs();
    const view = this.#view;
    const status = this.#sinkStatus();
    const lag = totalLag(partitionLags(view, status, atMs));
    const { totals, newestCommittedMs } = view;
    const { residentBytes, eventLoopDelayMs } = this.#meter.load;
    return {
      atMs,
      recordsRead: sum(totals.recordsRead),
      bytesRead: totals.bytesRead,
      recordsCommitted: totals.rows + sum(totals.causes.values()),
      lagRecords: lag.records,
      lagSeconds: lag.seconds,
      freshnessSeconds: newestCommittedMs && Math.max(0, atMs - newestCommittedMs) / 1_000,
      bufferedBytes: status?.bufferedBytes ?? 0,
      residentBytes,
      eventLoopDelayMs,
    };
  }
}
