import type { OutgoingRecord, SentBatch } from "../kafka-sink.ts";
import {
  decodeProduceResponse,
  encodeProduceRequest,
  PRODUCE_API_KEY,
  PRODUCE_API_VERSION,
} from "../protocol/00-produce.ts";
import { errorFromCode } from "../protocol/error-code.ts";
import { encodeRecordBatch, type OutgoingCompression } from "../protocol/record-batch-encoder.ts";
import { retryUntil } from "./retry.ts";
import { exchange, type KafkajsCluster } from "./kafkajs-cluster.ts";
import { leaderOf, partitionLeaders } from "./partition-leaders.ts";

export interface IdempotentProducerSettings {
  readonly topic: string;
  readonly compression: OutgoingCompression;
  readonly requestTimeoutMs: number;
  /** After this long a batch that was not acknowledged is given up. */
  readonly deliveryTimeoutMs: number;
}

/** Sequence numbers are int32 and go on at 0 after the highest. */
const SEQUENCE_COUNT = 2 ** 31;
const TRANSACTION_TIMEOUT_MS = 60_000;

/**
 * Writes batches under one producer id. A batch is sent again, the same bytes with the same
 * sequence, until it is acknowledged: the broker drops what it has already. Once a batch is given
 * up its fate is open, and the producer must not be used again: its next batch would look like
 * the one given up.
 */
export class IdempotentProducer {
  readonly #cluster: KafkajsCluster;
  readonly #settings: IdempotentProducerSettings;
  readonly #identity: { readonly producerId: bigint; readonly producerEpoch: number };
  readonly #sequences: Map<number, number> = new Map();

  private constructor(
    cluster: KafkajsCluster,
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
   * @throws whatever kafkajs throws last.
   */
  static async open(
    cluster: KafkajsCluster,
    settings: IdempotentProducerSettings,
    signal: AbortSignal,
  ): Promise<IdempotentProducer> {
    // A new cluster's coordinator may have to be waited for.
    const given = await retryUntil(Date.now() + settings.deliveryTimeoutMs, signal, async () => {
      const broker = await cluster.findControllerBroker();
      return broker.initProducerId({ transactionTimeout: TRANSACTION_TIMEOUT_MS });
    });
    const { producerEpoch } = given;
    const producerId = BigInt(given.producerId);
    return new IdempotentProducer(cluster, settings, { producerId, producerEpoch });
  }

  /**
   * Resolves when all in-sync replicas have the batch. Batches of one partition must follow each
   * other.
   *
   * @throws KafkaIoError and whatever kafkajs throws last.
   */
  async send(
    partition: number,
    records: readonly OutgoingRecord[],
    signal: AbortSignal,
  ): Promise<SentBatch> {
    const baseSequence = this.#sequences.get(partition) ?? 0;
    const { topic, compression, deliveryTimeoutMs, requestTimeoutMs } = this.#settings;
    const batch = encodeRecordBatch({
      records,
      nowMs: Date.now(),
      compression,
      ...this.#identity,
      baseSequence,
    });
    const body = encodeProduceRequest({ topic, partition, timeoutMs: requestTimeoutMs, batch });
    const deadlineMs = Date.now() + deliveryTimeoutMs;
    const baseOffset = await retryUntil(deadlineMs, signal, async (failures) => {
      if (failures > 0) await this.#cluster.refreshMetadata();
      return this.#sendOnce(partition, body);
    });
    this.#sequences.set(partition, (baseSequence + records.length) % SEQUENCE_COUNT);
    return { partition, baseOffset, count: records.length };
  }

  async #sendOnce(partition: number, body: Buffer): Promise<number> {
    const { topic, requestTimeoutMs } = this.#settings;
    const nodeId = leaderOf(partitionLeaders(this.#cluster, topic), topic, partition);
    const broker = await this.#cluster.findBroker({ nodeId });
    const response = await exchange(
      broker,
      { apiKey: PRODUCE_API_KEY, apiVersion: PRODUCE_API_VERSION, apiName: "Produce", body },
      { decode: decodeProduceResponse, requestTimeoutMs },
    );
    if (response.errorCode !== 0) {
      throw errorFromCode(response.errorCode, `write to ${topic}-${partition}`);
    }
    return response.baseOffset;
  }
}
