import { createRatingGenerator } from "@salon/generator";
import type { CompressionCodec, LedgerRecord, LedgerRow, LibrdkafkaClient } from "@salon/testkit";

/** A rating as it stands in the topic, and whether it must become a row. */
export interface ProducedRating extends LedgerRecord {
  readonly isValid: boolean;
}

const CODECS: readonly CompressionCodec[] = ["none", "gzip", "snappy", "lz4", "zstd"];

/**
 * Produces ratings of three days, a share of them dirty, in all codecs and, where the broker has
 * them, in transactions of which every third is aborted. Answers the committed ones.
 */
export async function produceRatings(
  client: LibrdkafkaClient,
  options: {
    readonly topic: string;
    readonly count: number;
    readonly seed: number;
    readonly dirtyShare: number;
    readonly hasTransactions: boolean;
  },
): Promise<readonly ProducedRating[]> {
  const { topic, count, seed, dirtyShare, hasTransactions } = options;
  const generator = createRatingGenerator({
    seed,
    dirtyShare,
    timestamps: { kind: "history", from: "2025-01-13T00:00:00", to: "2025-01-16T00:00:00", count },
  });
  const events = Array.from({ length: count }, () => generator.next());
  const produced: ProducedRating[] = [];
  const shares = CODECS.length + 1;
  const shareSize = Math.ceil(count / shares);
  for (let share = 0; share < shares; share++) {
    const records = events.slice(share * shareSize, (share + 1) * shareSize);
    const codec = CODECS[share];
    const deliveries = await client.produce({
      topic,
      records,
      codec: codec ?? "none",
      transaction:
        codec === undefined && hasTransactions
          ? { id: `${topic}-writer`, size: 500, abortEvery: 3 }
          : undefined,
    });
    for (const [index, { partition, offset, committed }] of deliveries.entries()) {
      const event = records[index];
      if (!committed || event === undefined) continue;
      produced.push({ partition, offset, value: event.value, isValid: event.valid });
    }
  }
  return produced;
}

const COLUMNS = [
  "customer_id",
  "branch_id",
  "employee_id",
  "treatment_id",
  "rating_value",
  "comment",
  "timestamp",
] as const;

/** The row that a rating must be, worked out with JSON.parse alone, or that it is a dead letter. */
export function expectedRow(record: LedgerRecord): LedgerRow | "dead-letter" {
  const { isValid, value } = record as ProducedRating;
  if (!isValid) return "dead-letter";
  const event = JSON.parse(Buffer.from(value ?? []).toString("utf8")) as Record<string, unknown>;
  return Object.fromEntries(
    COLUMNS.map((name) => {
      const field = Object.hasOwn(event, name) ? event[name] : undefined;
      if (typeof field === "string") return [name, field.toWellFormed()];
      return [name, field ?? null];
    }),
  );
}
