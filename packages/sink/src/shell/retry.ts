import { sleep, withJitter } from "./sink-clock.ts";
import type { SinkClock } from "./sink-clock.ts";

/** How retries wait and tell of themselves. */
export interface RetryOptions {
  readonly clock: SinkClock;
  readonly signal: AbortSignal;
  /** When to give up, in milliseconds of trying; absent: never. */
  readonly timeoutMs?: number | undefined;
  readonly onRetry: (error: Error, waitMs: number) => void;
}

const WAIT_MIN_MS = 200;
const WAIT_MAX_MS = 10_000;

/**
 * Calls until it succeeds, waiting longer each time, while its errors say of themselves that they
 * are `retryable`. Throws the last error when the time is up, and any other error at once.
 */
export async function retryWhileUnavailable<T>(
  call: () => Promise<T>,
  { clock, signal, timeoutMs, onRetry }: RetryOptions,
): Promise<T> {
  const startedMs = clock.nowMs();
  for (let failures = 1; ; failures++) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      const waitMs = withJitter(clock, Math.min(WAIT_MIN_MS * 2 ** (failures - 1), WAIT_MAX_MS));
      const isLate = timeoutMs !== undefined && clock.nowMs() - startedMs + waitMs > timeoutMs;
      if (!isRetryable(error) || isLate) throw error;
      onRetry(error, waitMs);
      await sleep(clock, waitMs, signal);
    }
  }
}

/** Whether an error says that the same call may succeed later. */
export function isRetryable(error: unknown): error is Error {
  return error instanceof Error && "retryable" in error && error.retryable === true;
}
