import { createTopics, ERROR_CODES } from "@salon/kafka-protocol";
import { nameConnectionError, throwOnErrorCode } from "../broker/broker-error.ts";
import { type CreateBrokerLink, REQUEST_TIMEOUT_MS } from "../broker/broker-link.ts";
import { connectCluster } from "../cluster/connect-cluster.ts";
import type { KafkaCluster } from "../cluster/kafka-cluster.ts";
import { backoffMs, pauseFor } from "../cluster/retry.ts";
import type { KafkaConnectionSettings } from "../port/connection-settings.ts";
import { KafkaIoError } from "../kafka-io-error.ts";
import type { KafkaSink, OutgoingRecord, SentBatch } from "../port/kafka-sink.ts";
import { type OutgoingCompression, recordSizeMax } from "../protocol/record-batch-encoder.ts";
import { SerialCalls } from "../cluster/serial-calls.ts";
import { IdempotentProducer } from "./idempotent-producer.ts";
import { partitionOfKey } from "./partitioner.ts";

/** Where to write and how. Plain data. */
export interface KafkaSinkSettings extends KafkaConnectionSettings {
  readonly topic: string;
  /** Default: none. */
  readonly compression?: OutgoingCompression | undefined;
  /** Records of one partition go in batches of up to this size. Default 512 KiB. */
  readonly batchBytesMax?: number | undefined;
  /** How long to try to have a batch acknowledged. Default 2 min. */
  readonly deliveryTimeoutMs?: number | undefined;
}

/** Of a topic's replication factor: the cluster's own. */
const CLUSTER_DEFAULT = -1;
/** How long the partitions of a new topic may take to have leaders. */
const LEADERS_TIMEOUT_MS = 30_000;
/** How often the number of partitions is asked for. */
const METADATA_MAX_AGE_MS = 60_000;

/**
 * Connects to a cluster to write one topic.
 *
 * @throws KafkaIoError `SETTINGS_INVALID`, `KAFKA_UNREACHABLE` (retryable), `KAFKA_UNAUTHORIZED`.
 */
export async function openTopicSink(
  settings: KafkaSinkSettings,
  createLink: CreateBrokerLink,
): Promise<KafkaSink> {
  return new TopicSink(await connectCluster(settings, createLink), settings);
}

class TopicSink implements KafkaSink {
  readonly #cluster: KafkaCluster;
  readonly #settings: KafkaSinkSettings;
  readonly #calls: SerialCalls = new SerialCalls();
  readonly #closed: AbortController = new AbortController();
  #producer: IdempotentProducer | undefined;
  #metadataAtMs = Number.NEGATIVE_INFINITY;
  /** Counts records without a key, which take the partitions in turn. */
  #turn = 0;

  constructor(cluster: KafkaCluster, settings: KafkaSinkSettings) {
    this.#cluster = cluster;
    this.#settings = settings;
  }

  async ensureTopic(partitionCount: number, signal?: AbortSignal): Promise<"created" | "exists"> {
    const { topic } = this.#settings;
    return this.#named(`create topic ${topic}`, async () => {
      signal?.throwIfAborted();
      if (await this.#hasLeaders()) return "exists";
      const outcome = await this.#createTopic(partitionCount);
      await this.#waitForLeaders(signal);
      return outcome;
    });
  }

  async send(
    records: readonly OutgoingRecord[],
    signal?: AbortSignal,
  ): Promise<readonly SentBatch[]> {
    return this.#calls.run(() =>
      this.#named(`write to topic ${this.#settings.topic}`, () => this.#send(records, signal)),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    this.#cluster[Symbol.dispose]();
  }

  async #send(
    records: readonly OutgoingRecord[],
    signal: AbortSignal | undefined,
  ): Promise<SentBatch[]> {
    const ends = [this.#closed.signal, ...(signal === undefined ? [] : [signal])];
    const either = AbortSignal.any(ends);
    either.throwIfAborted();
    if (Date.now() - this.#metadataAtMs > METADATA_MAX_AGE_MS) {
      await this.#cluster.refreshTopic();
      this.#metadataAtMs = Date.now();
    }
    const batches = this.#batches(records, this.#cluster.leaders.size);
    const producer = (this.#producer ??= await this.#openProducer(either));
    const results = await Promise.allSettled(
      [...batches].map(([partition, ofPartition]) =>
        sendInOrder(producer, partition, ofPartition, either),
      ),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) {
      this.#producer = undefined;
      this.#metadataAtMs = Number.NEGATIVE_INFINITY;
      throw failed.reason;
    }
    return results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  }

  #batches(records: readonly OutgoingRecord[], partitionCount: number): Map<number, Batch[]> {
    const bytesMax = this.#settings.batchBytesMax ?? 512 * 1024;
    const batches = new Map<number, Batch[]>();
    for (const record of records) {
      const partition = this.#partitionOf(record, partitionCount);
      const size = recordSizeMax(record);
      const ofPartition = batches.get(partition);
      const last = ofPartition?.at(-1);
      if (last !== undefined && last.bytes + size <= bytesMax) {
        last.records.push(record);
        last.bytes += size;
      } else if (ofPartition === undefined) {
        batches.set(partition, [{ records: [record], bytes: size }]);
      } else {
        ofPartition.push({ records: [record], bytes: size });
      }
    }
    return batches;
  }

  #partitionOf(record: OutgoingRecord, partitionCount: number): number {
    if (record.partition !== undefined) {
      if (record.partition >= 0 && record.partition < partitionCount) return record.partition;
      const { topic } = this.#settings;
      throw new KafkaIoError(
        "SETTINGS_INVALID",
        `partition ${record.partition} of ${topic} does not exist: it has ${partitionCount}`,
        { context: { topic, partition: record.partition, partitionCount } },
      );
    }
    if (record.key !== undefined) return partitionOfKey(record.key, partitionCount);
    return this.#turn++ % partitionCount;
  }

  #openProducer(signal: AbortSignal): Promise<IdempotentProducer> {
    const { compression, requestTimeoutMs, deliveryTimeoutMs } = this.#settings;
    const producer = {
      compression: compression ?? "none",
      requestTimeoutMs: requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      deliveryTimeoutMs: deliveryTimeoutMs ?? 120_000,
    };
    return IdempotentProducer.open(this.#cluster, producer, signal);
  }

  /** Another creator may have been first. */
  async #createTopic(partitionCount: number): Promise<"created" | "exists"> {
    const { topic } = this.#settings;
    const answer = await this.#cluster.send(this.#cluster.controllerId, createTopics, {
      topics: [
        {
          name: topic,
          partitionCount,
          replicationFactor: CLUSTER_DEFAULT,
          assignments: [],
          configs: [],
        },
      ],
      timeoutMs: REQUEST_TIMEOUT_MS,
      validateOnly: false,
    });
    for (const { errorCode, errorMessage } of answer.topics) {
      if (errorCode === ERROR_CODES.TOPIC_ALREADY_EXISTS) return "exists";
      throwOnErrorCode(errorCode, `create topic ${topic}`, errorMessage);
    }
    return "created";
  }

  /** False while the topic does not exist. */
  async #hasLeaders(): Promise<boolean> {
    await this.#cluster.refreshMetadata();
    const leaders = [...this.#cluster.leaders.values()];
    return leaders.length > 0 && leaders.every((leader) => leader >= 0);
  }

  async #waitForLeaders(signal: AbortSignal | undefined): Promise<void> {
    const deadlineMs = Date.now() + LEADERS_TIMEOUT_MS;
    for (let tries = 1; !(await this.#hasLeaders()); tries++) {
      signal?.throwIfAborted();
      if (Date.now() > deadlineMs) {
        const { topic } = this.#settings;
        throw new KafkaIoError("TOPIC_NOT_FOUND", `topic ${topic} has no leaders yet`, {
          context: { topic },
          retryable: true,
        });
      }
      await pauseFor(backoffMs(tries), signal ?? this.#closed.signal);
    }
  }

  /** Has the error of a connection say what could not be done. */
  async #named<T>(action: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw nameConnectionError(error, {
        action,
        bootstrapServers: this.#settings.bootstrapServers,
      });
    }
  }
}

interface Batch {
  readonly records: OutgoingRecord[];
  bytes: number;
}

async function sendInOrder(
  producer: IdempotentProducer,
  partition: number,
  batches: readonly Batch[],
  signal: AbortSignal,
): Promise<SentBatch[]> {
  const sent: SentBatch[] = [];
  for (const { records } of batches) sent.push(await producer.send(partition, records, signal));
  return sent;
}
