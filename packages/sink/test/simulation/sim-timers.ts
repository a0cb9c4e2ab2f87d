/** What rings at a moment, unless it is forgotten before. */
export interface SimTimer {
  readonly atMs: number;
  readonly callback: () => void;
  /** Of those of one moment, the one that was set first rings first. */
  readonly order: number;
  isForgotten: boolean;
}

/** The timers of a history: a binary heap by their moments. */
export class SimTimers {
  readonly #heap: SimTimer[] = [];
  #set = 0;

  set(atMs: number, callback: () => void): SimTimer {
    const timer = { atMs, callback, order: this.#set++, isForgotten: false };
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    return timer;
  }

  /** The one that rings next, which stays. */
  peek(): SimTimer | undefined {
    while (this.#heap[0]?.isForgotten === true) this.#takeFirst();
    return this.#heap[0];
  }

  /** Takes {@link peek} away. */
  take(): SimTimer | undefined {
    const first = this.peek();
    if (first !== undefined) this.#takeFirst();
    return first;
  }

  #takeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at]!, heap[parent]!)) return;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  #sink(from: number): void {
    const heap = this.#heap;
    for (let at = from; ;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let first = at;
      if (left < heap.length && isBefore(heap[left]!, heap[first]!)) first = left;
      if (right < heap.length && isBefore(heap[right]!, heap[first]!)) first = right;
      if (first === at) return;
      [heap[at], heap[first]] = [heap[first]!, heap[at]!];
      at = first;
    }
  }
}

function isBefore(one: SimTimer, other: SimTimer): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
