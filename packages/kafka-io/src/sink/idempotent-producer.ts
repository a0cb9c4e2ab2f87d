import { initProducerId, produce } from "@salon/kafka-protocol";
import { throwOnErrorCode } from "../broker/broker-error.ts";
import type { KafkaCluster } from "../cluster/kafka-cluster.ts";
import { retryUntil } from "../cluster/retry.ts";
import { KafkaIoError } from "../kafka-io-error.ts";
import type { OutgoingRecord, SentBatch } from "../port/kafka-sink.ts";
import { offsetFromInt64 } from "../protocol/offset.ts";
import { encodeRecordBatch, type OutgoingCompression } from "../protocol/record-batch-encoder.ts";

export interface IdempotentProducerSettings {
  readonly compression: OutgoingCompression;
  readonly requestTimeoutMs: number;
  /** After this long a batch that was not acknowledged is given up. */
  readonly deliveryTimeoutMs: number;
}

/** Sequence numbers are int32 and go on at 0 after the highest. */
const SEQUENCE_COUNT = 2 ** 31;
const ALL_IN_SYNC_REPLICAS = -1;
const TRANSACTION_TIMEOUT_MS = 60_000;

/**
 * Writes batches under one producer id. A batch is sent again, the same bytes with the same
 * sequence, until it is acknowledged: the broker drops what it has already. Once a batch is given
 * up its fate is open, and the producer must not be used again: its next batch would look like
 * the one given up.
 */
export class IdempotentProducer {
  readonly #cluster: KafkaCluster;
  readonly #settings: IdempotentProducerSettings;
  readonly #identity: { readonly producerId: bigint; readonly producerEpoch: number };
  readonly #sequences: Map<number, number> = new Map();

  private constructor(
    cluster: KafkaCluster,
    settings: IdempotentProducerSettings,
    identity: { readonly producerId: bigint; readonly producerEpoch: number },
  ) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#identity = identity;
  }

  /**
   * Asks for a producer id of its own.
   *
   * @throws KafkaIoError what came last.
   */
  static async open(
    cluster: KafkaCluster,
    settings: IdempotentProducerSettings,
    signal: AbortSignal,
  ): Promise<IdempotentProducer> {
    // A new cluster's coordinator may have to be waited for.
    const given = await retryUntil(Date.now() + settings.deliveryTimeoutMs, signal, async () => {
      const answer = await cluster.sendToAny(initProducerId, {
        transactionalId: undefined,
        transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
      });
      throwOnErrorCode(answer.errorCode, "ask for a producer id");
      return answer;
    });
    const { producerId, producerEpoch } = given;
    return new IdempotentProducer(cluster, settings, { producerId, producerEpoch });
  }

  /**
   * Resolves when all in-sync replicas have the batch. Batches of one partition must follow each
   * other.
   *
   * @throws KafkaIoError what came last.
   */
  async send(
    partition: number,
    records: readonly OutgoingRecord[],
    signal: AbortSignal,
  ): Promise<SentBatch> {
    const baseSequence = this.#sequences.get(partition) ?? 0;
    const { compression, deliveryTimeoutMs } = this.#settings;
    const batch = encodeRecordBatch({
      records,
      nowMs: Date.now(),
      compression,
      ...this.#identity,
      baseSequence,
    });
    const deadlineMs = Date.now() + deliveryTimeoutMs;
    const baseOffset = await retryUntil(deadlineMs, signal, async (failures) => {
      if (failures > 0) await this.#cluster.refreshMetadata();
      return this.#sendOnce(partition, batch);
    });
    this.#sequences.set(partition, (baseSequence + records.length) % SEQUENCE_COUNT);
    return { partition, baseOffset, count: records.length };
  }

  async #sendOnce(partition: number, batch: Buffer): Promise<number> {
    const { topic } = this.#cluster;
    const answer = await this.#cluster.send(this.#cluster.leaderOf(partition), produce, {
      transactionalId: undefined,
      acks: ALL_IN_SYNC_REPLICAS,
      timeoutMs: this.#settings.requestTimeoutMs,
      topics: [{ name: topic, partitions: [{ index: partition, records: batch }] }],
    });
    const what = `write to ${topic}-${partition}`;
    const [written] = answer.topics.flatMap(({ partitions }) => partitions);
    if (written === undefined) {
      throw new KafkaIoError("KAFKA_REQUEST_FAILED", `${what}: the answer names no partition`);
    }
    throwOnErrorCode(written.errorCode, what);
    return offsetFromInt64(written.baseOffset);
  }
}
