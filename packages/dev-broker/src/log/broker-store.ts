import type { BatchStorage } from "./batch-storage.ts";
import { createMemoryStorage } from "./batch-storage.ts";

/** A topic as it is recorded. */
export interface TopicRecord {
  readonly name: string;
  /** As Kafka prints it: 22 characters of URL-safe base64. */
  readonly id: string;
  readonly configs: Readonly<Record<string, string>>;
  /** The log start offset of each partition. */
  readonly startOffsets: readonly number[];
}

/** An offset that a group has committed. */
export interface CommittedOffset {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string | undefined;
}

/** By group, topic and partition. */
export type CommittedOffsets = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, CommittedOffset>>>>>
>;

/** All that a broker remembers beside its logs. Plain data. */
export interface BrokerRecord {
  readonly clusterId: string;
  readonly nextProducerId: number;
  readonly topics: readonly TopicRecord[];
}

/** Where a broker keeps what it remembers. */
export interface BrokerStore extends Disposable {
  loadRecord(): BrokerRecord | undefined;
  saveRecord(record: BrokerRecord): void;
  loadOffsets(): CommittedOffsets;
  saveOffsets(offsets: CommittedOffsets): void;
  openLog(topicId: string, partition: number): BatchStorage;
  deleteLogs(topicId: string): void;
}

/** Remembers nothing beyond the process. */
export function createMemoryStore(): BrokerStore {
  return {
    loadRecord: () => undefined,
    saveRecord: () => {},
    loadOffsets: () => ({}),
    saveOffsets: () => {},
    openLog: createMemoryStorage,
    deleteLogs: () => {},
    [Symbol.dispose]: () => {},
  };
}
