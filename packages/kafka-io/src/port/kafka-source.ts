import type { RecordChunk } from "./record-chunk.ts";

/** A topic as its cluster describes it. */
export interface TopicDescription {
  readonly clusterId: string;
  readonly topic: string;
  /** Absent where the driver's protocol version does not show it. */
  readonly topicId?: string | undefined;
  readonly partitionCount: number;
}

/** The offsets that can be read of a partition. */
export interface LogRange {
  /** Log start offset. */
  readonly startOffset: number;
  /** Last stable offset: what a reader of committed data may reach. */
  readonly endOffset: number;
}

/** How a member stands in the present generation of its group. */
export interface GroupMembership {
  readonly memberId: string;
  /** Where brokers share the partitions out, the member's epoch. */
  readonly generationId: number;
  /** The leader shares the partitions out; where brokers do, nobody leads. */
  readonly isLeader: boolean;
}

/** How far a source is, as it knows without asking anybody. */
export interface SourceProgress {
  /**
   * The last stable offset of each partition that is read, as the latest fetch saw it; absent
   * before the first.
   */
  readonly logEnds: ReadonlyMap<number, number>;
  /** When a broker last answered a fetch, in milliseconds since 1970. */
  readonly fetchedAtMs?: number | undefined;
  /** Absent outside of a generation, and where partitions were given. */
  readonly membership?: GroupMembership | undefined;
}

/**
 * What a source tells the engine. Calls come one after the other; the next waits for the promise.
 * One that rejects is reported by `onTrouble` and made again: a chunk is fetched anew, an
 * assignment asked for anew, as long as it lasts; a revocation is not.
 */
export interface KafkaSourceHandler {
  /**
   * Partitions are this member's from here on; nothing is read of them before the returned map's
   * offsets, which are where to begin.
   */
  onAssigned(partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** The partitions are, or will be in a moment, another member's. */
  onRevoked(partitions: readonly number[]): Promise<void>;
  /**
   * A chunk that was asked for. The driver delivers the next one of the partition when the promise
   * is done. `epoch` is that of the partition's latest `seek` when the fetch was sent.
   */
  onChunk(chunk: RecordChunk, epoch: number): Promise<void>;
  /**
   * The next offset of a partition lies outside of its log; or the log was truncated and grew
   * again, and the range ends where it parts from what was read. The driver reads on only after a
   * `seek`.
   */
  onOutOfRange(partition: number, offset: number, range: LogRange): Promise<void>;
  /** The connection is lost or a request failed; the driver goes on trying by itself. */
  onTrouble(error: Error): void;
  /**
   * The source has ended for good, after a last revocation: `MEMBER_FENCED` where another process
   * has taken the place of this static member, `GROUP_INCOMPATIBLE` where the group's other members
   * share partitions out in a way that this one does not know, `SETTINGS_INVALID` where the brokers
   * do not know the group protocol of the settings.
   */
  onFailed?(error: Error): void;
  /** The topic has more partitions than before. A group shares them out after this is done. */
  onPartitionCountChanged?(partitionCount: number): Promise<void>;
  /**
   * The topic was deleted and created anew; its id is another. Nothing is read of it any more: what
   * stands at an offset is another record.
   */
  onTopicRecreated?(topicId: string): Promise<void>;
  /** False when no progress was made for too long: the driver then stops its heartbeats. */
  isAlive(): boolean;
}

/**
 * Reads one topic, as a member of a consumer group or with partitions given. Reads committed
 * records only.
 *
 * Errors: {@link KafkaIoError} with `KAFKA_UNREACHABLE` (retryable), `KAFKA_UNAUTHORIZED`,
 * `TOPIC_NOT_FOUND`, `OFFSET_UNSAFE`.
 */
export interface KafkaSource extends AsyncDisposable {
  /**
   * Undefined while the topic does not exist. Never creates it. What it describes first is what is
   * read: a topic of the same name that is created anew is another.
   */
  describeTopic(signal?: AbortSignal): Promise<TopicDescription | undefined>;
  listOffsets(
    partitions: readonly number[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<number, LogRange>>;
  /** Joins the group, or takes the given partitions, and reads until `stop`. */
  start(handler: KafkaSourceHandler): Promise<void>;
  /**
   * Reads on from `offset`; returns the partition's new epoch. Chunks of older epochs may still
   * come.
   */
  seek(partition: number, offset: number): number;
  progress(): SourceProgress;
  /** No chunk of them is delivered any more until `resume`, nor fetched. */
  pause(partitions: readonly number[]): void;
  resume(partitions: readonly number[]): void;
  /** Mirrors the table's position for lag tools; a failure is only reported. */
  commitOffsets(offsets: ReadonlyMap<number, number>): Promise<void>;
  /**
   * Stops reading and leaves the group, without a call of `onRevoked`. No call of the handler
   * begins any more; one under way is not waited for, so that it may stop the source itself.
   */
  stop(): Promise<void>;
}
