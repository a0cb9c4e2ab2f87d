/** A member of a consumer group, as the group's coordinator knows it. */
export interface DescribedMember {
  readonly memberId: string;
  readonly clientId: string;
  /** The address that it comes from. */
  readonly host: string;
  /** Those of the topic that it has, ascending; none while a classic group shares out anew. */
  readonly partitions: readonly number[];
}

/** A consumer group as its coordinator describes it. */
export interface GroupDescription {
  /**
   * Kafka's own word, as `Stable`, `PreparingRebalance`, `Empty`, of groups by KIP-848 also
   * `Assigning` and `Reconciling`; `Dead` where there is none.
   */
  readonly state: string;
  /** In the order of their ids. */
  readonly members: readonly DescribedMember[];
}

/**
 * Tells how a consumer group is, over connections of its own and without being a member: whoever
 * reads as one waits for nothing that is asked here. Connects when it is asked first.
 *
 * Errors: {@link KafkaIoError} with `KAFKA_UNREACHABLE` (retryable), `KAFKA_UNAUTHORIZED`,
 * `KAFKA_REQUEST_FAILED`.
 */
export interface KafkaGroup extends Disposable {
  readonly groupId: string;
  /** Asks the group's coordinator, whichever broker that is now. */
  describe(): Promise<GroupDescription>;
}
