import { isAbortMarker, type RecordBatchHeader } from "./record-batch.ts";

/** A transaction that the broker says was aborted (Fetch response, `aborted_transactions`). */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

/**
 * Tells, batch after batch of one fetch of a partition, which were aborted: a producer's
 * transactional batches from an aborted transaction's first offset up to the abort marker.
 */
export class AbortedTransactionFilter {
  /** By first offset, the lowest last. */
  readonly #ahead: AbortedTransaction[];
  readonly #producerIds: Set<bigint> = new Set();

  constructor(transactions: readonly AbortedTransaction[]) {
    this.#ahead = transactions.toSorted((a, b) => b.firstOffset - a.firstOffset);
  }

  /** Call once for every batch, in order. */
  isAborted(bytes: Buffer, header: RecordBatchHeader): boolean {
    for (;;) {
      const next = this.#ahead.at(-1);
      if (next === undefined || next.firstOffset > header.lastOffset) break;
      this.#producerIds.add(next.producerId);
      this.#ahead.pop();
    }
    if (isAbortMarker(bytes, header)) this.#producerIds.delete(header.producerId);
    return header.isTransactional && this.#producerIds.has(header.producerId);
  }
}
