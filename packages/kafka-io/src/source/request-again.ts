import { nameConnectionError } from "../broker/broker-error.ts";
import { backoffMs, pauseFor } from "../cluster/retry.ts";
import { KafkaIoError } from "../kafka-io-error.ts";

/** Tries of a request that may be answered otherwise by the broker that leads now. */
const REQUEST_TRIES_MAX = 4;

/** What a request is for, and what ends it. */
interface RequestContext {
  /** What messages say was to be done. */
  readonly action: string;
  readonly bootstrapServers: readonly string[];
  /** The caller's own; throws its reason. */
  readonly signal: AbortSignal | undefined;
  /** Aborted when nobody asks any more: the last error is thrown then. */
  readonly done: AbortSignal;
}

/**
 * Tries a request again, on fresh metadata, where another broker may know better. Throws the last
 * error, named by what was to be done.
 */
export async function requestAgain<T>(
  send: (isRetry: boolean) => Promise<T>,
  { action, bootstrapServers, signal, done }: RequestContext,
): Promise<T> {
  const either = AbortSignal.any([done, ...(signal ? [signal] : [])]);
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted();
    try {
      return await send(tries > 1);
    } catch (error) {
      const isPassing =
        error instanceof KafkaIoError && error.retryable && error.code !== "TOPIC_NOT_FOUND";
      if (!isPassing || tries === REQUEST_TRIES_MAX || either.aborted) {
        throw nameConnectionError(error, { action, bootstrapServers });
      }
      await pauseFor(backoffMs(tries), either);
    }
  }
}
