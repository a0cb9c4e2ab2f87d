import { monitorEventLoopDelay } from "node:perf_hooks";

/** Memory and event loop of this process. */
export interface ProcessLoad {
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  /** The 99th percentile of how late timers were, since the last {@link ProcessMeter.restart}. */
  readonly eventLoopDelayMs: number;
}

/** A finer one would wake an idle process that often, for a delay that matters to nobody. */
const RESOLUTION_MS = 100;

/** Measures the load of this process. */
export class ProcessMeter implements Disposable {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #eventLoopDelayMs = 0;

  constructor() {
    this.#delay.enable();
  }

  get load(): ProcessLoad {
    const { rss: residentBytes, heapUsed: heapUsedBytes } = process.memoryUsage();
    return { residentBytes, heapUsedBytes, eventLoopDelayMs: this.#eventLoopDelayMs };
  }

  /** Begins a new time to measure the event loop in. */
  restart(): void {
    const lateMs = this.#delay.percentile(99) / 1e6 - RESOLUTION_MS;
    this.#eventLoopDelayMs = Math.max(0, Math.round(lateMs * 10) / 10);
    this.#delay.reset();
  }

  [Symbol.dispose](): void {
    this.#delay.disable();
  }
}
