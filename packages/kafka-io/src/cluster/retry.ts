import { setTimeout as sleep } from "node:timers/promises";
import { KafkaIoError } from "../kafka-io-error.ts";

const DELAY_MIN_MS = 100;
const DELAY_MAX_MS = 5000;

/** How often a coordinator is asked before its absence is a failure: for some 3 s. */
export const COORDINATOR_TRIES_MAX = 6;

/** Milliseconds to wait after the given number of failures in a row: doubling, up to 5 s. */
export function backoffMs(failures: number): number {
  return Math.min(DELAY_MAX_MS, DELAY_MIN_MS * 2 ** Math.max(0, failures - 1));
}

/** Waits; ends early, without an error, when `signal` is aborted. */
export async function pauseFor(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleep(delayMs, undefined, { signal }).catch(() => undefined);
}

/**
 * Tries again while the failure is passing, with growing pauses, until `deadlineMs`; throws the
 * last failure, or the signal's reason.
 */
export async function retryUntil<T>(
  deadlineMs: number,
  signal: AbortSignal,
  attempt: (failures: number) => Promise<T>,
): Promise<T> {
  for (let failures = 0; ;) {
    signal.throwIfAborted();
    try {
      return await attempt(failures);
    } catch (error) {
      failures++;
      if (!(error instanceof KafkaIoError && error.retryable) || Date.now() >= deadlineMs)
        throw error;
      await pauseFor(backoffMs(failures), signal);
    }
  }
}
