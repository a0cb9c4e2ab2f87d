import { setTimeout as sleepFor } from "node:timers/promises";
import { describeFailure } from "./failure.ts";
import { formatDuration } from "./duration.ts";
import type { Logger } from "./logger.ts";

/** How long commands try to reach a service when they start. */
export const START_TIMEOUT_MS = 30_000;

const FIRST_DELAY_MS = 500;
const DELAY_MAX_MS = 5_000;

/** What retrying is given from outside. */
export interface RetryComponents {
  readonly signal: AbortSignal;
  readonly logger: Pick<Logger, "warn">;
  /** Default: a timer. Rejects when the signal is aborted. */
  readonly sleep?: ((delayMs: number, signal: AbortSignal) => Promise<void>) | undefined;
  /** Milliseconds of a clock that only runs forward. Default: the process's. */
  readonly now?: (() => number) | undefined;
}

/**
 * Does something that needs a service, again with growing pauses while it fails with an error that
 * is `retryable`, for `timeoutMs` at most; then throws the last error. Any other error is thrown at
 * once. The log says the first time what is missing and how long it is tried.
 */
export async function retryWhileUnreachable<Result>(
  operation: () => Promise<Result>,
  components: RetryComponents,
  timeoutMs: number = START_TIMEOUT_MS,
): Promise<Result> {
  const { signal, logger, sleep = sleepOnTimer, now = () => performance.now() } = components;
  const startMs = now();
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await operation();
    } catch (error) {
      const delayMs = Math.min(FIRST_DELAY_MS * 2 ** attempt, DELAY_MAX_MS);
      const isLate = now() - startMs + delayMs >= timeoutMs;
      if (isLate || !(error instanceof Error && "retryable" in error && error.retryable)) {
        throw error;
      }
      if (attempt === 0) {
        const { sentence } = describeFailure(error);
        logger.warn(`${sentence}; trying again for ${formatDuration(timeoutMs)}`);
      }
      await sleep(delayMs, signal);
    }
  }
}

function sleepOnTimer(delayMs: number, signal: AbortSignal): Promise<void> {
  return sleepFor(delayMs, undefined, { signal });
}
