import { setTimeout as sleepFor } from "node:timers/promises";
import type { RatingGenerator } from "@salon/generator";
import type { KafkaSink } from "@salon/kafka-io";

const TICK_MS = 50;
const BATCH_RECORDS_MAX = 5_000;

/** How fast and how long to send, and whom to tell. */
export interface Sending {
  readonly generator: RatingGenerator;
  readonly records: KafkaSink;
  readonly ratePerSecond: number;
  /** Absent: until the signal. */
  readonly seconds?: number | undefined;
  readonly signal: AbortSignal;
  /** Told how many more the broker has. */
  readonly onSent: (count: number) => void;
}

/** Sends ratings at an even pace; after a pause of the machine it catches up. */
export async function sendRatings(sending: Sending): Promise<void> {
  const { generator, records, ratePerSecond, seconds = Infinity, signal, onSent } = sending;
  const total = ratePerSecond * seconds;
  const startMs = performance.now();
  for (let sent = 0; sent < total && !signal.aborted;) {
    const elapsedMs = performance.now() - startMs;
    const due = Math.min(Math.ceil((elapsedMs * ratePerSecond) / 1_000), total) - sent;
    if (due <= 0) {
      await sleepFor(TICK_MS);
      continue;
    }
    const count = Math.min(due, BATCH_RECORDS_MAX);
    await records.send(Array.from({ length: count }, () => generator.next()));
    sent += count;
    onSent(count);
  }
}
