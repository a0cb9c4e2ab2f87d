import { setTimeout as sleep } from "node:timers/promises";
import { createRatingGenerator } from "@salon/generator";
import type { LibrdkafkaClient } from "@salon/testkit";
import type { ProducedRating } from "../apps/consumer-cli/test/pipeline/produced-ratings.ts";
import { TOPIC } from "./stage.ts";

/** A producer that goes on until it is stopped. */
export interface RatingsProducer {
  /** Resolves with all that the broker has acknowledged, and where it stands. */
  stop(): Promise<readonly ProducedRating[]>;
}

const CODECS = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
const BATCH_SIZE = 100;
const PAUSE_MS = 200;
const DIRTY_SHARE = 0.05;
/** One record in five has this key: of 16 partitions its own gets five times what others get. */
const HOT_KEY = Buffer.from("hot");
const HOT_EVERY = 5;

/** Writes seeded ratings, some of them dirty, many of one key, in all codecs. */
export function startRatingsProducer(client: LibrdkafkaClient, seed: number): RatingsProducer {
  const generator = createRatingGenerator({ seed, dirtyShare: DIRTY_SHARE });
  const stopped = new AbortController();
  const run = async (): Promise<readonly ProducedRating[]> => {
    const produced: ProducedRating[] = [];
    for (let batch = 0; !stopped.signal.aborted; batch++) {
      const events = Array.from({ length: BATCH_SIZE }, (_, index) => {
        const event = generator.next();
        return index % HOT_EVERY === 0 ? { ...event, key: HOT_KEY } : event;
      });
      const codec = CODECS[batch % CODECS.length] ?? "none";
      const deliveries = await client.produce({
        topic: TOPIC,
        records: events,
        codec,
        // What a broker acknowledged before it was killed is not sent twice.
        config: { "enable.idempotence": true },
      });
      for (const [at, { partition, offset }] of deliveries.entries()) {
        const event = events[at];
        if (event === undefined) throw new Error("more deliveries than records");
        produced.push({ partition, offset, value: event.value, isValid: event.valid });
      }
      await sleep(PAUSE_MS);
    }
    return produced;
  };
  const running = run();
  // Told by stop(), and not before.
  running.catch(() => undefined);
  return {
    stop() {
      stopped.abort();
      return running;
    },
  };
}
