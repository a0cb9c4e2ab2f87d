/** Time and chance as a running sink sees them. */
export interface SinkClock {
  /** Milliseconds since any moment; never goes back, as the time of day may. */
  readonly nowMs: () => number;
  /** Calls back once after that many milliseconds; what it returns forgets the call. */
  readonly startTimer: (callback: () => void, waitMs: number) => () => void;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
}

/** The clock of this process. */
export const processClock: SinkClock = {
  nowMs: () => performance.now(),
  startTimer: (callback, waitMs) => {
    const timer = setTimeout(callback, Math.min(waitMs, TIMER_MAX_MS));
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/** Node fires a timer that is longer than this at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Waits; throws the signal's reason as soon as it is aborted. */
export function sleep(clock: SinkClock, waitMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = (): void => {
      forget();
      reject(signal?.reason);
    };
    const forget = clock.startTimer(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, waitMs);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** Between half and all of a wait, so that members do not try again at the same moment. */
export function withJitter(clock: SinkClock, waitMs: number): number {
  return waitMs * (0.5 + clock.random() / 2);
}

/** Waits, with a limit; answers whether what was waited for came to its end. */
export function isOverInTime(
  clock: SinkClock,
  promise: Promise<unknown>,
  timeoutMs: number,
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const forget = clock.startTimer(() => resolve(false), timeoutMs);
  return Promise.race([promise.then(() => true), late]).finally(forget);
}
