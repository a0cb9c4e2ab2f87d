/** Time as the broker sees it. */
export interface Timers {
  /** Calls back once after that many milliseconds; what it returns forgets the call. */
  start(callback: () => void, waitMs: number): () => void;
}

/** The timers of this process; none of them keeps it alive. */
export const processTimers: Timers = {
  start: (callback, waitMs) => {
    // Clients say how long to wait, and may say any number.
    const timer = setTimeout(callback, Math.max(0, waitMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
