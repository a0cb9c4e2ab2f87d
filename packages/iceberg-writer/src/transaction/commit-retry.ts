import type { OperationOptions } from "../io/file-io.ts";
import { integerProperty } from "./integer-property.ts";
import type { TransactionEffects } from "./transaction-components.ts";

/** How often and how long to try, from a table's properties. */
export interface RetryPolicy {
  /** Tries after the first one. */
  readonly retriesMax: number;
  readonly minWaitMs: number;
  readonly maxWaitMs: number;
  readonly totalTimeoutMs: number;
}

/** For commits that lost a race: `commit.retry.*`. */
export function commitRetryPolicy(properties: Readonly<Record<string, string>>): RetryPolicy {
  return retryPolicy(properties, "commit.retry", { retriesMax: 4, minWaitMs: 100 });
}

/** For finding out what became of a commit without an answer: `commit.status-check.*`. */
export function statusCheckPolicy(properties: Readonly<Record<string, string>>): RetryPolicy {
  return retryPolicy(properties, "commit.status-check", { retriesMax: 3, minWaitMs: 1000 });
}

function retryPolicy(
  properties: Readonly<Record<string, string>>,
  prefix: string,
  defaults: Pick<RetryPolicy, "retriesMax" | "minWaitMs">,
): RetryPolicy {
  return {
    retriesMax: integerProperty(properties, `${prefix}.num-retries`, defaults.retriesMax),
    minWaitMs: integerProperty(properties, `${prefix}.min-wait-ms`, defaults.minWaitMs),
    maxWaitMs: integerProperty(properties, `${prefix}.max-wait-ms`, 60_000),
    totalTimeoutMs: integerProperty(properties, `${prefix}.total-timeout-ms`, 1_800_000),
  };
}

/** Counts the tries of one undertaking and waits between them. */
export interface Retry {
  /**
   * Waits before the next try: doubling from the minimum, with jitter so that rivals do not meet
   * again. False, without waiting, when no further try is allowed.
   */
  next(options: OperationOptions): Promise<boolean>;
}

/** Starts counting now. */
export function startRetry(policy: RetryPolicy, effects: TransactionEffects): Retry {
  const startMs = effects.nowMs();
  let retries = 0;
  return {
    async next(options) {
      const waitMs = retryWaitMs(policy, retries, effects.random());
      const endMs = effects.nowMs() - startMs + waitMs;
      if (retries >= policy.retriesMax || endMs > policy.totalTimeoutMs) return false;
      retries += 1;
      await effects.sleep(waitMs, options);
      return true;
    },
  };
}

/** The wait before a retry, counted from 0; `random` between 0 and 1 takes away up to half. */
export function retryWaitMs(policy: RetryPolicy, retry: number, random: number): number {
  const waitMs = Math.min(policy.maxWaitMs, policy.minWaitMs * 2 ** retry);
  return Math.ceil(waitMs * (1 - random / 2));
}
