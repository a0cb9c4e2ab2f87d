import type { GroupMembership } from "../port/kafka-source.ts";

/**
 * What a membership does to its owner. The first two are waited for; heartbeats go on meanwhile.
 * `ended` is aborted when the partitions are to be given back, or lost already.
 */
export interface ParticipantOutput {
  onAssigned(partitions: readonly number[], ended: AbortSignal): Promise<void>;
  onRevoked(): Promise<void>;
  onTrouble(error: unknown): void;
  /** The membership has ended for good. */
  onFailed(error: Error): void;
  isAlive(): boolean;
}

/** A member of a consumer group, by whichever of Kafka's protocols. */
export interface GroupParticipant {
  /** Absent outside of a generation. */
  readonly membership: GroupMembership | undefined;
  /** Joins, and joins again, until {@link leave}. */
  run(): Promise<void>;
  /**
   * The topic was looked at anew: whoever shares partitions out does so again where that topic, or
   * one that other members read, has others.
   *
   * @throws KafkaIoError
   */
  topicRefreshed(): Promise<void>;
  /**
   * Commits offsets as this member of the present generation.
   *
   * @throws KafkaIoError
   */
  commitOffsets(offsets: ReadonlyMap<number, number>): Promise<void>;
  /**
   * Ends {@link run} and tells the group, so that others need not wait for the session to end. A
   * static member's place is kept for it instead.
   */
  leave(): Promise<void>;
}
