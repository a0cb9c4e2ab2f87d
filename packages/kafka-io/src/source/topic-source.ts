import { nameConnectionError } from "../broker/broker-error.ts";
import type { CreateBrokerLink } from "../broker/broker-link.ts";
import { connectCluster } from "../cluster/connect-cluster.ts";
import type { KafkaCluster } from "../cluster/kafka-cluster.ts";
import { backoffMs, pauseFor } from "../cluster/retry.ts";
import { KafkaIoError } from "../kafka-io-error.ts";
import type {
  KafkaSource,
  KafkaSourceHandler,
  LogRange,
  SourceProgress,
  TopicDescription,
} from "../port/kafka-source.ts";
import { SerialCalls } from "../cluster/serial-calls.ts";
import { createParticipant } from "./create-participant.ts";
import type { GroupParticipant } from "./group-participant.ts";
import { commitAs, outsider } from "./group-requests.ts";
import { listLogRanges } from "./log-offsets.ts";
import { LogReader } from "./log-reader.ts";
import { requestAgain } from "./request-again.ts";
import {
  type KafkaSourceSettings,
  METADATA_MAX_AGE_MS,
  readerSettings,
} from "./source-settings.ts";

/**
 * Connects to a cluster to read one topic. Nothing is read before `start`.
 *
 * @throws KafkaIoError `SETTINGS_INVALID`, `KAFKA_UNREACHABLE` (retryable), `KAFKA_UNAUTHORIZED`.
 */
export async function openTopicSource(
  settings: KafkaSourceSettings,
  createLink: CreateBrokerLink,
): Promise<KafkaSource> {
  if (settings.groupId === undefined && settings.assign === undefined) {
    throw new KafkaIoError("SETTINGS_INVALID", "neither a group id nor partitions are given", {
      context: { topic: settings.topic },
    });
  }
  return new TopicSource(await connectCluster(settings, createLink), settings);
}

/** The parts of a source between `start` and `stop`. */
interface Run {
  readonly handler: KafkaSourceHandler;
  readonly reader: LogReader;
  readonly member: GroupParticipant | undefined;
  readonly stop: AbortController;
  readonly calls: SerialCalls;
  isRecreated: boolean;
  partitionCount: number;
  /** Those of the latest assignment. */
  partitions: readonly number[];
}

class TopicSource implements KafkaSource {
  readonly #cluster: KafkaCluster;
  readonly #settings: KafkaSourceSettings;
  readonly #done: AbortController = new AbortController();
  /** Of the topic as it was first described: whoever asked takes that for what is read. */
  #topicId: string | undefined;
  #run: Run | undefined;

  constructor(cluster: KafkaCluster, settings: KafkaSourceSettings) {
    this.#cluster = cluster;
    this.#settings = settings;
  }

  async describeTopic(signal?: AbortSignal): Promise<TopicDescription | undefined> {
    return this.#request("describe the topic", signal, async () => {
      await this.#cluster.refreshMetadata();
      const { topic, clusterId, topicId, leaders } = this.#cluster;
      this.#topicId ??= topicId;
      return leaders.size === 0
        ? undefined
        : { clusterId, topic, topicId, partitionCount: leaders.size };
    });
  }

  async listOffsets(
    partitions: readonly number[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<number, LogRange>> {
    return this.#request("list offsets", signal, async (isRetry) => {
      if (isRetry || this.#cluster.leaders.size === 0) await this.#cluster.refreshTopic();
      return listLogRanges(this.#cluster, partitions);
    });
  }

  async start(handler: KafkaSourceHandler): Promise<void> {
    if (this.#run !== undefined) {
      throw new KafkaIoError("SETTINGS_INVALID", "the source has been started before");
    }
    const { topic, assign } = this.#settings;
    const described = await this.describeTopic();
    this.#done.signal.throwIfAborted();
    if (described === undefined) throw this.#absentError();
    const { partitionCount } = described;
    const unknown = assign?.find((partition) => partition < 0 || partition >= partitionCount);
    if (unknown !== undefined) {
      const has = `topic ${topic} has ${partitionCount}, numbered from 0`;
      const message = `partition ${unknown} cannot be assigned (--assign): ${has}`;
      throw new KafkaIoError("SETTINGS_INVALID", message, {
        context: { topic, partition: unknown, partitionCount },
      });
    }
    const run = this.#createRun(handler, partitionCount);
    this.#run = run;
    void (run.member?.run() ?? this.#take(run, assign ?? [], run.stop.signal));
    void this.#watchPartitionCount(run);
    void this.#noticeRecreation(run);
  }

  seek(partition: number, offset: number): number {
    return this.#running().reader.seek(partition, offset);
  }

  progress(): SourceProgress {
    const { reader, member } = this.#run ?? {};
    return { ...(reader?.progress() ?? { logEnds: new Map() }), membership: member?.membership };
  }

  pause(partitions: readonly number[]): void {
    this.#running().reader.pause(partitions);
  }

  resume(partitions: readonly number[]): void {
    this.#running().reader.resume(partitions);
  }

  async commitOffsets(offsets: ReadonlyMap<number, number>): Promise<void> {
    const run = this.#running();
    const { groupId } = this.#settings;
    if (groupId === undefined || offsets.size === 0) return;
    try {
      if (run.member !== undefined) {
        await run.member.commitOffsets(offsets);
        return;
      }
      const coordinator = await this.#cluster.findCoordinator(groupId);
      await commitAs(this.#cluster, coordinator, offsets, outsider(groupId));
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
    this.#cluster[Symbol.dispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #createRun(handler: KafkaSourceHandler, partitionCount: number): Run {
    const { topic, groupId, assign } = this.#settings;
    const stop = new AbortController();
    const calls = new SerialCalls();
    const settings = { ...readerSettings(this.#settings), topicId: this.#topicId };
    const reader = new LogReader(this.#cluster, settings, {
      onChunk: (chunk, epoch) => this.#call(run, () => handler.onChunk(chunk, epoch)),
      onOutOfRange: (partition, offset, range) =>
        this.#call(run, () => handler.onOutOfRange(partition, offset, range)),
      onTrouble: (error) => this.#trouble(run, `read topic ${topic}`, error),
      listLogRange: async (partition) => {
        const ranges = await this.listOffsets([partition]);
        // Asked for by name: they may be those of another topic by now.
        await this.#refreshTopic(run);
        if (run.isRecreated) throw this.#absentError();
        return ranges.get(partition) ?? { startOffset: 0, endOffset: 0 };
      },
      refreshMetadata: () => this.#refreshTopic(run),
    });
    const member =
      groupId === undefined || assign !== undefined
        ? undefined
        : createParticipant(this.#cluster, this.#settings, groupId, {
            onAssigned: (partitions, ended) => this.#take(run, partitions, ended),
            onRevoked: () => this.#giveBack(run),
            onTrouble: (error) => this.#trouble(run, `stay in group ${groupId}`, error),
            onFailed: (error) => this.#fail(run, error),
            isAlive: () => handler.isAlive(),
          });
    const begun = { isRecreated: false, partitionCount, partitions: [] };
    const run: Run = { handler, reader, member, stop, calls, ...begun };
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
        await this.#refreshTopic(run);
        if (run.isRecreated) continue;
        const { size } = this.#cluster.leaders;
        if (size !== run.partitionCount) {
          await this.#call(run, async () => run.handler.onPartitionCountChanged?.(size));
          run.partitionCount = size;
        }
        await run.member?.topicRefreshed();
      } catch (error) {
        this.#trouble(run, "look for new partitions", error);
      }
    }
  }

  /** Looks at the topic anew, and whether it still is the one that is read. */
  async #refreshTopic(run: Run): Promise<void> {
    await this.#cluster.refreshTopic();
    await this.#noticeRecreation(run);
  }

  async #noticeRecreation(run: Run): Promise<void> {
    const { topicId } = this.#cluster;
    const isOther =
      topicId !== undefined && this.#topicId !== undefined && topicId !== this.#topicId;
    if (!isOther || run.isRecreated) return;
    run.isRecreated = true;
    run.reader.stop();
    await this.#call(run, async () => run.handler.onTopicRecreated?.(topicId));
  }

  #absentError(): KafkaIoError {
    const { topic } = this.#settings;
    return new KafkaIoError("TOPIC_NOT_FOUND", `topic ${topic} does not exist`, {
      context: { topic },
      retryable: true,
    });
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
    const { bootstrapServers } = this.#settings;
    const named = nameConnectionError(error, { action, bootstrapServers });
    run.handler.onTrouble(named instanceof Error ? named : new Error(String(named)));
  }

  #fail({ reader, handler }: Run, error: Error): void {
    reader.stop();
    if (handler.onFailed === undefined) handler.onTrouble(error);
    else handler.onFailed(error);
  }

  #running(): Run {
    if (this.#run === undefined) {
      throw new KafkaIoError("SETTINGS_INVALID", "the source has not been started");
    }
    return this.#run;
  }

  #request<T>(
    action: string,
    signal: AbortSignal | undefined,
    send: (isRetry: boolean) => Promise<T>,
  ): Promise<T> {
    const { bootstrapServers } = this.#settings;
    return requestAgain(send, { action, bootstrapServers, signal, done: this.#done.signal });
  }
}
