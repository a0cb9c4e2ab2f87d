import type { Timers } from "../../src/timers.ts";

interface Waiting {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Time that passes when a test says so. */
export class ManualTimers implements Timers {
  readonly #waiting = new Set<Waiting>();
  #nowMs = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many callbacks are waited for. */
  get count(): number {
    return this.#waiting.size;
  }

  start(callback: () => void, waitMs: number): () => void {
    const waiting = { atMs: this.#nowMs + waitMs, callback };
    this.#waiting.add(waiting);
    return () => void this.#waiting.delete(waiting);
  }

  /** Calls back all that is due until then, in the order of time. */
  advance(byMs: number): void {
    const endMs = this.#nowMs + byMs;
    for (;;) {
      const [next] = [...this.#waiting].toSorted((left, right) => left.atMs - right.atMs);
      if (next === undefined || next.atMs > endMs) break;
      this.#waiting.delete(next);
      this.#nowMs = next.atMs;
      next.callback();
    }
    this.#nowMs = endMs;
  }
}
