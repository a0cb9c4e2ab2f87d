/** How the sink was at a moment; rates are those of the time before it. */
export interface Sample {
  readonly atMs: number;
  readonly recordsRead: number;
  readonly bytesRead: number;
  readonly recordsCommitted: number;
  readonly readPerSecond: number;
  readonly committedPerSecond: number;
  readonly bytesPerSecond: number;
  readonly lagRecords?: number | undefined;
  readonly lagSeconds?: number | undefined;
  readonly freshnessSeconds?: number | undefined;
  readonly bufferedBytes: number;
  readonly residentBytes: number;
  readonly eventLoopDelayMs: number;
}

/** What is measured at a moment: the sample without its rates. */
export type Measurement = Omit<Sample, "readPerSecond" | "committedPerSecond" | "bytesPerSecond">;

/** Over how long rates are taken: commits come in beats, and a rate is to show none of them. */
const RATE_WINDOW_MS = 30_000;
/** So that the first records do not look like many. */
const RATE_SECONDS_MIN = 5;

/** The samples of the last hour, the oldest first. */
export class History {
  readonly #samplesMax: number;
  readonly #samples: Sample[] = [];

  constructor(samplesMax: number) {
    this.#samplesMax = samplesMax;
  }

  get samples(): readonly Sample[] {
    return this.#samples;
  }

  /** The sample that a measurement makes after those before it. */
  sampleOf(measured: Measurement): Sample {
    const since = this.#samples.find(({ atMs }) => atMs >= measured.atMs - RATE_WINDOW_MS);
    const sinceMs = since?.atMs ?? measured.atMs;
    const seconds = Math.max((measured.atMs - sinceMs) / 1_000, RATE_SECONDS_MIN);
    const rate = (count: "recordsRead" | "recordsCommitted" | "bytesRead"): number =>
      since === undefined
        ? 0
        : Math.max(0, Math.round(((measured[count] - since[count]) / seconds) * 10) / 10);
    return {
      ...measured,
      readPerSecond: rate("recordsRead"),
      committedPerSecond: rate("recordsCommitted"),
      bytesPerSecond: rate("bytesRead"),
    };
  }

  /** Keeps a measurement; the oldest goes when there are too many. */
  add(measured: Measurement): Sample {
    const sample = this.sampleOf(measured);
    this.#samples.push(sample);
    if (this.#samples.length > this.#samplesMax) this.#samples.shift();
    return sample;
  }
}
