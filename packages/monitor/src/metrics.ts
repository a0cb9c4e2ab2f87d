import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { METRIC_TABLE } from "./metric-table.ts";
import type { MetricSample } from "./metric-samples.ts";
import type { SinkEvent } from "./sink-event.ts";

/** Gauges whose names say that they count: Prometheus's conventions forbid them. */
const MISNAMED = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];
/** The client's own measure of the event loop wakes an idle process a hundred times a second. */
const EVENT_LOOP_PRECISION_MS = 1_000;

/** The metrics of a sink and of its process, in Prometheus's text format. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #phases: Histogram;
  readonly #fileSizes: Histogram;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({
      register: this.#registry,
      eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS,
    });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
    const histograms = new Map<string, Histogram>();
    for (const { name, kind, help, labels = [], buckets = [] } of METRIC_TABLE) {
      const settings = { name, help, labelNames: [...labels], registers };
      if (kind === "counter") this.#counters.set(name, new Counter(settings));
      else if (kind === "gauge") this.#gauges.set(name, new Gauge(settings));
      else histograms.set(name, new Histogram({ ...settings, buckets: [...buckets] }));
    }
    this.#phases = known(histograms, "salon_commit_duration_seconds");
    this.#fileSizes = known(histograms, "salon_file_size_bytes");
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Takes from a commit what is kept as a distribution. */
  observe({ unit, commitMs }: Extract<SinkEvent, { kind: "committed" }>): void {
    if (unit === undefined) return;
    const { decodeMs, writeMs, sealMs } = unit;
    for (const [phase, ms] of Object.entries({
      decode: decodeMs,
      write: writeMs,
      seal: sealMs,
      commit: commitMs,
    })) {
      this.#phases.observe({ phase }, ms / 1_000);
    }
    for (const { bytes } of unit.files) this.#fileSizes.observe(bytes);
  }

  /** The text of all metrics, with these values. */
  async text(samples: readonly MetricSample[]): Promise<string> {
    for (const metric of [...this.#counters.values(), ...this.#gauges.values()]) metric.reset();
    // One without labels has a value of 0 from its reset on, which what is not known has not.
    for (const gauge of this.#gauges.values()) gauge.remove({});
    for (const { name, labels = {}, value } of samples) {
      const counter = this.#counters.get(name);
      if (counter === undefined) known(this.#gauges, name).set(labels, value);
      else counter.inc(labels, value);
    }
    return this.#registry.metrics();
  }
}

function known<Value>(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name);
  if (value === undefined) throw new Error(`the table has no ${name}`);
  return value;
}
