import { approximateDuration } from "./duration.ts";

/** A time that is guessed from less says little: the first files of a table may be tiny. */
const GUESS_AFTER_MS = 1_000;
const GUESS_AFTER_SHARE = 0.01;

/** How far one step of some work is. */
export interface StepProgress {
  /** For people, as `rows`. */
  readonly step: string;
  readonly done: number;
  /** 0 where nobody knows. */
  readonly total: number;
}

/**
 * Remembers how far some work is, and says it for a status line: the step, its share, the time that
 * it will still take at its pace until now, and the counts. A step begins with its first update.
 */
export class ProgressReport {
  readonly #now: () => number;
  #begin: { readonly step: string; readonly done: number; readonly atMs: number } | undefined;
  #last: StepProgress | undefined;

  /** Takes milliseconds of a clock that only runs forward. Default: the process's. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes how far the work is now. Less done than before begins the step anew. */
  update(progress: StepProgress): void {
    const { step, done } = progress;
    if (this.#begin?.step !== step || done < (this.#last?.done ?? 0)) {
      this.#begin = { step, done, atMs: this.#now() };
    }
    this.#last = progress;
  }

  /** As `rows, 24 %, 12 s left, 1,200,000 of 5,000,000`; empty before the first update. */
  describe(): string {
    if (this.#last === undefined) return "";
    const { step, done, total } = this.#last;
    if (total <= 0) return done === 0 ? step : `${step}, ${number(done)}`;
    // What was counted before may have grown meanwhile.
    const share = Math.min(1, done / total);
    const left = this.#leftMs(total - done);
    return [
      step,
      `${Math.floor(share * 100)} %`,
      ...(left === undefined ? [] : [`${approximateDuration(left)} left`]),
      `${number(done)} of ${number(Math.max(done, total))}`,
    ].join(", ");
  }

  #leftMs(left: number): number | undefined {
    if (this.#begin === undefined || this.#last === undefined || left <= 0) return undefined;
    const elapsedMs = this.#now() - this.#begin.atMs;
    const done = this.#last.done - this.#begin.done;
    const isEarly = elapsedMs < GUESS_AFTER_MS || done < GUESS_AFTER_SHARE * this.#last.total;
    return isEarly ? undefined : (left * elapsedMs) / done;
  }
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
