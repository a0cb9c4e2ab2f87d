import type { SinkClock } from "./sink-clock.ts";

/** Calls once when a moment has come, the one that it was last set to. */
export class WakeTimer {
  readonly #clock: SinkClock;
  readonly #wake: () => void;
  #forget = (): void => undefined;

  constructor(clock: SinkClock, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /** Clock time; infinity: never. A moment that has passed has come a millisecond from now. */
  set(atMs: number): void {
    this.#forget();
    if (atMs === Number.POSITIVE_INFINITY) return;
    this.#forget = this.#clock.startTimer(this.#wake, Math.max(atMs - this.#clock.nowMs(), 1));
  }
}
