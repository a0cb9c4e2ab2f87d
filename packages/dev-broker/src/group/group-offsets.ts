import type { BrokerStore, CommittedOffset, CommittedOffsets } from "../log/broker-store.ts";

/** One offset to remember. */
export interface OffsetToCommit extends CommittedOffset {
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

  commit(groupId: string, commits: readonly OffsetToCommit[]): void {
    const topics = new Map(Object.entries(entryOf(this.#offsets, groupId) ?? {}));
    for (const { topic, partition, offset, leaderEpoch, metadata } of commits) {
      topics.set(topic, { ...topics.get(topic), [partition]: { offset, leaderEpoch, metadata } });
    }
    this.#replace({ ...this.#offsets, [groupId]: Object.fromEntries(topics) });
  }

  fetch(groupId: string, topic: string, partition: number): CommittedOffset | undefined {
    const ofTopic = entryOf(entryOf(this.#offsets, groupId) ?? {}, topic);
    return ofTopic?.[partition];
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
