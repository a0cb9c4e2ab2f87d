import { ERROR_CODES } from "@salon/kafka-protocol";
import type { BatchHeader } from "./batch-header.ts";

/** Kafka keeps as many, for producers have at most five batches on their way. */
const REMEMBERED_BATCHES = 5;
const SEQUENCE_COUNT = 2 ** 31;

interface WrittenBatch {
  readonly first: number;
  readonly last: number;
  readonly baseOffset: number;
}

interface ProducerEntry {
  readonly epoch: number;
  readonly batches: readonly WrittenBatch[];
}

/** What a batch is to what its producer wrote before. */
export type SequenceVerdict =
  | { readonly kind: "next" }
  /** It is there already. */
  | { readonly kind: "duplicate"; readonly baseOffset: number }
  | { readonly kind: "refused"; readonly errorCode: number };

const NEXT = { kind: "next" } as const;

/** The sequence numbers of a partition's idempotent producers (KIP-98). */
export class ProducerSequences {
  readonly #producers = new Map<bigint, ProducerEntry>();

  judge(batch: BatchHeader): SequenceVerdict {
    if (batch.producerId < 0n) return NEXT;
    const entry = this.#producers.get(batch.producerId);
    if (entry === undefined) return NEXT;
    if (batch.producerEpoch < entry.epoch) return refused(ERROR_CODES.INVALID_PRODUCER_EPOCH);
    if (batch.producerEpoch > entry.epoch) {
      return batch.baseSequence === 0 ? NEXT : refused(ERROR_CODES.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }
    const last = sequenceAfter(batch.baseSequence, batch.lastOffsetDelta);
    const written = entry.batches.find(
      (each) => each.first === batch.baseSequence && each.last === last,
    );
    if (written !== undefined) return { kind: "duplicate", baseOffset: written.baseOffset };
    const latest = entry.batches.at(-1);
    return latest === undefined || sequenceAfter(latest.last, 1) === batch.baseSequence
      ? NEXT
      : refused(ERROR_CODES.OUT_OF_ORDER_SEQUENCE_NUMBER);
  }

  /** Remembers a batch that was written. */
  record(batch: BatchHeader, baseOffset: number): void {
    if (batch.producerId < 0n) return;
    const entry = this.#producers.get(batch.producerId);
    const earlier = entry?.epoch === batch.producerEpoch ? entry.batches : [];
    const last = sequenceAfter(batch.baseSequence, batch.lastOffsetDelta);
    const batches = [...earlier, { first: batch.baseSequence, last, baseOffset }];
    this.#producers.set(batch.producerId, {
      epoch: batch.producerEpoch,
      batches: batches.slice(-REMEMBERED_BATCHES),
    });
  }
}

/** Sequences begin again at 0 after 2^31 - 1. */
function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % SEQUENCE_COUNT;
}

function refused(errorCode: number): SequenceVerdict {
  return { kind: "refused", errorCode };
}
