import type { KafkaConnectionSettings } from "../connection-settings.ts";
import { KafkaIoError } from "../kafka-io-error.ts";
import type { KafkaLogger } from "../kafka-logger.ts";
import type { KafkaSink, OutgoingRecord, SentBatch } from "../kafka-sink.ts";
import { partitionOfKey } from "../partitioner.ts";
import { type OutgoingCompression, recordSizeMax } from "../protocol/record-batch-encoder.ts";
import { SerialCalls } from "../serial-calls.ts";
import { backoffMs, pauseFor } from "./retry.ts";
import { IdempotentProducer } from "./idempotent-producer.ts";
import {
  closeKafkajsCluster,
  createKafkajsCluster,
  type KafkajsBroker,
  type KafkajsCluster,
} from "./kafkajs-cluster.ts";
import { partitionLeaders } from "./partition-leaders.ts";
import { mapKafkajsError } from "./map-kafkajs-error.ts";

/** Where to write and how. Plain data. */
export interface KafkajsSinkSettings extends KafkaConnectionSettings {
  readonly topic: string;
  /** Default: none. */
  readonly compression?: OutgoingCompression | undefined;
  /** Records of one partition go in batches of up to this size. Default 512 KiB. */
  readonly batchBytesMax?: number | undefined;
  /** How long to try to have a batch acknowledged. Default 2 min. */
  readonly deliveryTimeoutMs?: number | undefined;
}

/** What a sink works with, apart from its settings. */
export interface KafkajsSinkComponents {
  /** Default: nothing is logged. */
  readonly logger?: KafkaLogger | undefined;
}

const REQUEST_TIMEOUT_MS = 30_000;
/** How long the partitions of a new topic may take to have leaders. */
const LEADERS_TIMEOUT_MS = 30_000;
/** How often the number of partitions is asked for. */
const METADATA_MAX_AGE_MS = 60_000;

/**
 * Connects to a cluster to write one topic.
 *
 * @throws KafkaIoError `SETTINGS_INVALID`, `KAFKA_UNREACHABLE` (retryable), `KAFKA_UNAUTHORIZED`.
 */
export async function openKafkajsSink(
  settings: KafkajsSinkSettings,
  components: KafkajsSinkComponents = {},
): Promise<KafkaSink> {
  const cluster = createKafkajsCluster(settings, components.logger);
  cluster.targetTopics.add(settings.topic);
  try {
    await cluster.connect();
  } catch (error) {
    await closeKafkajsCluster(cluster);
    const { bootstrapServers } = settings;
    throw mapKafkajsError(error, { action: "connect to Kafka", bootstrapServers });
  }
  return new KafkajsSink(cluster, settings);
}

class KafkajsSink implements KafkaSink {
  readonly #cluster: KafkajsCluster;
  readonly #settings: KafkajsSinkSettings;
  readonly #calls: SerialCalls = new SerialCalls();
  readonly #closed: AbortController = new AbortController();
  #producer: IdempotentProducer | undefined;
  #metadataAtMs = Number.NEGATIVE_INFINITY;
  /** Counts records without a key, which take the partitions in turn. */
  #turn = 0;

  constructor(cluster: KafkajsCluster, settings: KafkajsSinkSettings) {
    this.#cluster = cluster;
    this.#settings = settings;
  }

  async ensureTopic(partitionCount: number, signal?: AbortSignal): Promise<"created" | "exists"> {
    const { topic } = this.#settings;
    return this.#named(`create topic ${topic}`, signal, async () => {
      signal?.throwIfAborted();
      if (await this.#hasLeaders()) return "exists";
      const broker = await this.#findController();
      const outcome = await broker
        .createTopics({
          // -1: the cluster's own default.
          topics: [{ topic, numPartitions: partitionCount, replicationFactor: -1 }],
          timeout: REQUEST_TIMEOUT_MS,
        })
        .then(() => "created" as const, existsOrThrow);
      await this.#waitForLeaders(signal);
      return outcome;
    });
  }

  async send(
    records: readonly OutgoingRecord[],
    signal?: AbortSignal,
  ): Promise<readonly SentBatch[]> {
    return this.#calls.run(() =>
      this.#named(`write to topic ${this.#settings.topic}`, signal, () =>
        this.#send(records, signal),
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await closeKafkajsCluster(this.#cluster);
  }

  async #send(
    records: readonly OutgoingRecord[],
    signal: AbortSignal | undefined,
  ): Promise<SentBatch[]> {
    const ends = [this.#closed.signal, ...(signal === undefined ? [] : [signal])];
    const either = AbortSignal.any(ends);
    either.throwIfAborted();
    if (Date.now() - this.#metadataAtMs > METADATA_MAX_AGE_MS) {
      await this.#cluster.refreshMetadata();
      this.#metadataAtMs = Date.now();
    }
    const { size } = partitionLeaders(this.#cluster, this.#settings.topic);
    const batches = this.#batches(records, size);
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
      const ofPartition = batches.get(partition) ?? [];
      batches.set(partition, ofPartition);
      const last = ofPartition.at(-1);
      if (last === undefined || last.bytes + size > bytesMax) {
        ofPartition.push({ records: [record], bytes: size });
      } else {
        last.records.push(record);
        last.bytes += size;
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
    const { topic, compression, requestTimeoutMs, deliveryTimeoutMs } = this.#settings;
    const producer = {
      topic,
      compression: compression ?? "none",
      requestTimeoutMs: requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      deliveryTimeoutMs: deliveryTimeoutMs ?? 120_000,
    };
    return IdempotentProducer.open(this.#cluster, producer, signal);
  }

  /** kafkajs knows no broker as long as it asks for a topic that does not exist. */
  async #findController(): Promise<KafkajsBroker> {
    const { targetTopics } = this.#cluster;
    targetTopics.clear();
    try {
      await this.#cluster.refreshMetadata();
    } finally {
      targetTopics.add(this.#settings.topic);
    }
    return this.#cluster.findControllerBroker();
  }

  /** False while the topic does not exist. */
  async #hasLeaders(): Promise<boolean> {
    try {
      await this.#cluster.refreshMetadata();
    } catch (error) {
      const { bootstrapServers } = this.#settings;
      const mapped = mapKafkajsError(error, { action: "describe the topic", bootstrapServers });
      if (mapped.code === "TOPIC_NOT_FOUND" && mapped.retryable) return false;
      throw mapped;
    }
    const leaders = [...partitionLeaders(this.#cluster, this.#settings.topic).values()];
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

  /** Turns what kafkajs throws into the package's error; the signal's reason stays what it is. */
  async #named<T>(
    action: string,
    signal: AbortSignal | undefined,
    run: () => Promise<T>,
  ): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (signal?.aborted === true && error === signal.reason) throw error;
      const { bootstrapServers, topic } = this.#settings;
      throw mapKafkajsError(error, { action, bootstrapServers, topic });
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

/** Another creator may have been first. kafkajs has one error for each topic asked for. */
function existsOrThrow(error: unknown): "exists" {
  const errors: unknown = error instanceof Error && "errors" in error ? error.errors : undefined;
  const [first] = Array.isArray(errors) ? (errors as readonly unknown[]) : [error];
  const type = first instanceof Error && "type" in first ? first.type : undefined;
  if (type === "TOPIC_ALREADY_EXISTS") return "exists";
  throw first;
}
