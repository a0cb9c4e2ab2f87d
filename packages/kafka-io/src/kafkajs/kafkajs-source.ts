import { KafkaIoError } from "../kafka-io-error.ts";
import type { KafkaLogger } from "../kafka-logger.ts";
import type {
  KafkaSource,
  KafkaSourceHandler,
  LogRange,
  TopicDescription,
} from "../kafka-source.ts";
import { SerialCalls } from "../serial-calls.ts";
import { backoffMs, pauseFor } from "./retry.ts";
import { commitGroupOffsets, GroupMember } from "./group-member.ts";
import {
  closeKafkajsCluster,
  createKafkajsCluster,
  type KafkajsCluster,
} from "./kafkajs-cluster.ts";
import { partitionLeaders } from "./partition-leaders.ts";
import {
  type KafkajsSourceSettings,
  memberSettings,
  METADATA_MAX_AGE_MS,
  REQUEST_TIMEOUT_MS,
  readerSettings,
} from "./kafkajs-source-settings.ts";
import { listLogRanges } from "./log-offsets.ts";
import { LogReader } from "./log-reader.ts";
import { fetchTopicId } from "./topic-id.ts";
import { mapKafkajsError } from "./map-kafkajs-error.ts";

/** What a source works with, apart from its settings. */
export interface KafkajsSourceComponents {
  /** Default: nothing is logged. */
  readonly logger?: KafkaLogger | undefined;
}

/** Tries of a request that may be answered otherwise by the broker that leads now. */
const REQUEST_TRIES_MAX = 4;

/**
 * Connects to a cluster to read one topic. Nothing is read before `start`.
 *
 * @throws KafkaIoError `SETTINGS_INVALID`, `KAFKA_UNREACHABLE` (retryable), `KAFKA_UNAUTHORIZED`.
 */
export async function openKafkajsSource(
  settings: KafkajsSourceSettings,
  components: KafkajsSourceComponents = {},
): Promise<KafkaSource> {
  if (settings.groupId === undefined && settings.assign === undefined) {
    throw new KafkaIoError("SETTINGS_INVALID", "neither a group id nor partitions are given", {
      context: { topic: settings.topic },
    });
  }
  const cluster = createKafkajsCluster(settings, components.logger);
  cluster.targetTopics.add(settings.topic);
  try {
    await cluster.connect();
  } catch (error) {
    await closeKafkajsCluster(cluster);
    const { bootstrapServers } = settings;
    throw mapKafkajsError(error, { action: "connect to Kafka", bootstrapServers });
  }
  return new KafkajsSource(cluster, settings);
}

/** The parts of a source between `start` and `stop`. */
interface Run {
  readonly handler: KafkaSourceHandler;
  readonly reader: LogReader;
  readonly member: GroupMember | undefined;
  readonly stop: AbortController;
  readonly calls: SerialCalls;
  partitionCount: number;
  /** Those of the latest assignment. */
  partitions: readonly number[];
}

class KafkajsSource implements KafkaSource {
  readonly #cluster: KafkajsCluster;
  readonly #settings: KafkajsSourceSettings;
  readonly #done: AbortController = new AbortController();
  #run: Run | undefined;

  constructor(cluster: KafkajsCluster, settings: KafkajsSourceSettings) {
    this.#cluster = cluster;
    this.#settings = settings;
  }

  async describeTopic(signal?: AbortSignal): Promise<TopicDescription | undefined> {
    const { topic, requestTimeoutMs = REQUEST_TIMEOUT_MS } = this.#settings;
    try {
      return await this.#request("describe the topic", signal, async () => {
        await this.#cluster.refreshMetadata();
        const clusterId = this.#cluster.brokerPool.metadata?.clusterId ?? "";
        const partitionCount = partitionLeaders(this.#cluster, topic).size;
        const topicId = await fetchTopicId(this.#cluster, topic, requestTimeoutMs);
        return { clusterId, topic, topicId, partitionCount };
      });
    } catch (error) {
      const isAbsent = error instanceof KafkaIoError && error.code === "TOPIC_NOT_FOUND";
      if (isAbsent && error.retryable) return undefined;
      throw error;
    }
  }

  async listOffsets(
    partitions: readonly number[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<number, LogRange>> {
    return this.#request("list offsets", signal, async (isRetry) => {
      const hasMetadata = partitionLeaders(this.#cluster, this.#settings.topic).size > 0;
      if (isRetry || !hasMetadata) await this.#cluster.refreshMetadata();
      return listLogRanges(this.#cluster, this.#settings.topic, partitions);
    });
  }

  async start(handler: KafkaSourceHandler): Promise<void> {
    if (this.#run !== undefined) {
      throw new KafkaIoError("SETTINGS_INVALID", "the source has been started before");
    }
    const { topic, assign } = this.#settings;
    const described = await this.describeTopic();
    this.#done.signal.throwIfAborted();
    if (described === undefined) {
      throw new KafkaIoError("TOPIC_NOT_FOUND", `topic ${topic} does not exist`, {
        context: { topic },
        retryable: true,
      });
    }
    const { partitionCount } = described;
    const unknown = assign?.find((partition) => partition < 0 || partition >= partitionCount);
    if (unknown !== undefined) {
      const message = `partition ${unknown} of ${topic} does not exist: it has ${partitionCount}`;
      throw new KafkaIoError("SETTINGS_INVALID", message, {
        context: { topic, partition: unknown, partitionCount },
      });
    }
    const run = this.#createRun(handler, partitionCount);
    this.#run = run;
    void (run.member?.run() ?? this.#take(run, assign ?? [], run.stop.signal));
    void this.#watchPartitionCount(run);
  }

  seek(partition: number, offset: number): number {
    return this.#running().reader.seek(partition, offset);
  }

  pause(partitions: readonly number[]): void {
    this.#running().reader.pause(partitions);
  }

  resume(partitions: readonly number[]): void {
    this.#running().reader.resume(partitions);
  }

  async commitOffsets(offsets: ReadonlyMap<number, number>): Promise<void> {
    const run = this.#running();
    const { groupId, topic } = this.#settings;
    if (groupId === undefined || offsets.size === 0) return;
    try {
      if (run.member !== undefined) {
        await run.member.commitOffsets(offsets);
        return;
      }
      const coordinator = await this.#cluster.findGroupCoordinator({ groupId });
      const outside = { memberId: "", generationId: -1 };
      await commitGroupOffsets(coordinator, { groupId, topic }, offsets, outside);
    } catch (error) {
      this.#trouble(run, `commit offsets of group ${groupId}`, error);
    }
  }

  async stop(): Promise<void> {
    if (this.#done.signal.aborted) return;
    this.#done.abort();
    this.#run?.stop.abort();
    this.#run?.reader.stop();
    await this.#run?.member?.leave();
    await closeKafkajsCluster(this.#cluster);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #createRun(handler: KafkaSourceHandler, partitionCount: number): Run {
    const { topic, groupId, assign } = this.#settings;
    const stop = new AbortController();
    const calls = new SerialCalls();
    const reader = new LogReader(this.#cluster, readerSettings(this.#settings), {
      onChunk: (chunk, epoch) => this.#call(run, () => handler.onChunk(chunk, epoch)),
      onOutOfRange: (partition, offset, range) =>
        this.#call(run, () => handler.onOutOfRange(partition, offset, range)),
      onTrouble: (error) => this.#trouble(run, `read topic ${topic}`, error),
      listLogRange: async (partition) => {
        const ranges = await this.listOffsets([partition]);
        return ranges.get(partition) ?? { startOffset: 0, endOffset: 0 };
      },
      refreshMetadata: () => this.#cluster.refreshMetadata(),
    });
    const member =
      groupId === undefined || assign !== undefined
        ? undefined
        : new GroupMember(this.#cluster, memberSettings(this.#settings, groupId), {
            onAssigned: (partitions, ended) => this.#take(run, partitions, ended),
            onRevoked: () => this.#giveBack(run),
            onTrouble: (error) => this.#trouble(run, `stay in group ${groupId}`, error),
            isAlive: () => handler.isAlive(),
          });
    const run: Run = { handler, reader, member, stop, calls, partitionCount, partitions: [] };
    return run;
  }

  /** Asks the handler where to begin, again and again where it cannot say, and begins. */
  async #take(run: Run, partitions: readonly number[], ended: AbortSignal): Promise<void> {
    run.partitions = partitions;
    for (let failures = 1; !ended.aborted; failures++) {
      try {
        const offsets = await this.#call(run, () => run.handler.onAssigned(partitions));
        if (!ended.aborted) run.reader.assign(offsets);
        return;
      } catch (error) {
        this.#trouble(run, "begin to read", error);
        await pauseFor(backoffMs(failures), ended);
      }
    }
  }

  async #giveBack(run: Run): Promise<void> {
    run.reader.revoke();
    try {
      await this.#call(run, () => run.handler.onRevoked(run.partitions));
    } catch (error) {
      this.#trouble(run, "give partitions back", error);
    }
  }

  async #watchPartitionCount(run: Run): Promise<void> {
    const intervalMs = this.#settings.metadataMaxAgeMs ?? METADATA_MAX_AGE_MS;
    for (;;) {
      await pauseFor(intervalMs, run.stop.signal);
      if (run.stop.signal.aborted) return;
      try {
        await this.#cluster.refreshMetadata();
        const { size } = partitionLeaders(this.#cluster, this.#settings.topic);
        if (size !== run.partitionCount) {
          await this.#call(run, async () => run.handler.onPartitionCountChanged?.(size));
          run.partitionCount = size;
          run.member?.partitionCountChanged(size);
        }
      } catch (error) {
        this.#trouble(run, "look for new partitions", error);
      }
    }
  }

  /** Runs a handler's method after those before it; never again once the source is stopped. */
  #call<T>(run: Run, method: () => Promise<T>): Promise<T> {
    return run.calls.run(() => {
      run.stop.signal.throwIfAborted();
      return method();
    });
  }

  #trouble(run: Run, action: string, error: unknown): void {
    if (run.stop.signal.aborted) return;
    const { bootstrapServers, topic } = this.#settings;
    const isForeign = error instanceof Error && !error.name.startsWith("KafkaJS");
    run.handler.onTrouble(
      isForeign ? error : mapKafkajsError(error, { action, bootstrapServers, topic }),
    );
  }

  #running(): Run {
    if (this.#run === undefined) {
      throw new KafkaIoError("SETTINGS_INVALID", "the source has not been started");
    }
    return this.#run;
  }

  /** Tries a request again, on fresh metadata, where another broker may know better. */
  async #request<T>(
    action: string,
    signal: AbortSignal | undefined,
    send: (isRetry: boolean) => Promise<T>,
  ): Promise<T> {
    const { bootstrapServers, topic } = this.#settings;
    const either = AbortSignal.any([this.#done.signal, ...(signal ? [signal] : [])]);
    for (let tries = 1; ; tries++) {
      signal?.throwIfAborted();
      try {
        return await send(tries > 1);
      } catch (error) {
        const mapped = mapKafkajsError(error, { action, bootstrapServers, topic });
        const isPassing = mapped.retryable && mapped.code !== "TOPIC_NOT_FOUND";
        if (!isPassing || tries === REQUEST_TRIES_MAX || either.aborted) throw mapped;
        await pauseFor(backoffMs(tries), either);
      }
    }
  }
}
