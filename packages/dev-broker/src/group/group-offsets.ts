import type { BrokerStore, CommittedOffsets } from "../log/broker-store.ts";

/** An offset that a group has committed. */
export interface GroupOffset {
  /** The next one to read. */
  readonly offset: bigint;
  readonly leaderEpoch: number;
  readonly metadata: string | undefined;
}

/** One offset to remember. */
export interface OffsetToCommit extends GroupOffset {
  readonly topic: string;
  readonly partition: number;
}

/** What groups have committed. Every change is in the store before it returns. */
export class GroupOffsets {
  readonly #store: BrokerStore;
  #offsets: CommittedOffsets;

  constructor(store: BrokerStore) {
    this.#store = store;
    this.#offsets = store.loadOffsets();
  }

  /** Groups that have committed anything. */
  get groupIds(): readonly string[] {
    return Object.keys(this.#offsets);
  }

  has(groupId: string): boolean {
    return Object.hasOwn(this.#offsets, groupId);
  }

  commit(groupId: string, commits: readonly OffsetToCommit[]): void {
    const topics = new Map(Object.entries(entryOf(this.#offsets, groupId) ?? {}));
    for (const { topic, partition, offset, leaderEpoch, metadata } of commits) {
      const committed = { offset: String(offset), leaderEpoch, metadata };
      topics.set(topic, { ...topics.get(topic), [partition]: committed });
    }
    this.#replace({ ...this.#offsets, [groupId]: Object.fromEntries(topics) });
  }

  fetch(groupId: string, topic: string, partition: number): GroupOffset | undefined {
    const ofTopic = entryOf(entryOf(this.#offsets, groupId) ?? {}, topic);
    const committed = ofTopic?.[partition];
    return committed && { ...committed, offset: BigInt(committed.offset) };
  }

  /** The partitions of a group that have an offset, by topic. */
  partitionsOf(groupId: string): ReadonlyMap<string, readonly number[]> {
    const topics = Object.entries(entryOf(this.#offsets, groupId) ?? {});
    return new Map(topics.map(([topic, offsets]) => [topic, Object.keys(offsets).map(Number)]));
  }

  /** A topic of the same name later begins without them. */
  forgetTopic(topic: string): void {
    const groups = Object.entries(this.#offsets).map(([groupId, topics]) => {
      const { [topic]: _, ...others } = topics;
      return [groupId, others] as const;
    });
    this.#replace(Object.fromEntries(groups));
  }

  #replace(offsets: CommittedOffsets): void {
    this.#store.saveOffsets(offsets);
    this.#offsets = offsets;
  }
}

/** Groups and topics may have the names of what every object inherits. */
function entryOf<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
