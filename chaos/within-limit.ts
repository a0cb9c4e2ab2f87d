import { setTimeout as sleep } from "node:timers/promises";

/** The limit of every wait for a fault: some rebalances and commits of a loaded machine. */
export const LIMIT_MS = 60_000;

/** Waits for an event; an error with the message and the limit where it does not come in time. */
export async function withinLimit<T>(event: Promise<T>, message: string): Promise<T> {
  const limit = new AbortController();
  const late = sleep(LIMIT_MS, undefined, { signal: limit.signal }).then((): never => {
    throw new Error(`${message} within ${LIMIT_MS} ms`);
  });
  // Aborted when the event was first.
  late.catch(() => undefined);
  try {
    return await Promise.race([event, late]);
  } finally {
    limit.abort();
  }
}
