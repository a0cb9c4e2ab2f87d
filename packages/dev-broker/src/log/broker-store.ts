import type { BatchStorage } from "./batch-storage.ts";
import { createMemoryStorage } from "./batch-storage.ts";

/** As Kafka prints ids; it names a directory too. */
const TOPIC_ID = /^[\w-]{22}$/;

const INT64 = /^-?\d{1,19}$/;

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
interface CommittedOffset {
  /**
   * In decimal, as JSON's numbers are not exact beyond 2^53. A number where it was written as one.
   */
  readonly offset: string | number;
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

/** Whether plain data that was read is a broker's record. */
export function isBrokerRecord(value: unknown): value is BrokerRecord {
  return (
    isObject(value) &&
    typeof value["clusterId"] === "string" &&
    Number.isSafeInteger(value["nextProducerId"]) &&
    Array.isArray(value["topics"]) &&
    value["topics"].every(isTopicRecord)
  );
}

function isTopicRecord(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value["name"] === "string" &&
    typeof value["id"] === "string" &&
    TOPIC_ID.test(value["id"]) &&
    isObject(value["configs"]) &&
    Object.values(value["configs"]).every((config) => typeof config === "string") &&
    Array.isArray(value["startOffsets"]) &&
    value["startOffsets"].every((offset) => Number.isSafeInteger(offset) && offset >= 0)
  );
}

/** Whether plain data that was read is what groups have committed. */
export function isCommittedOffsets(value: unknown): value is CommittedOffsets {
  return isObject(value) && Object.values(value).every(isOffsetsOfGroup);
}

function isOffsetsOfGroup(topics: unknown): boolean {
  return (
    isObject(topics) &&
    Object.values(topics).every(
      (partitions) => isObject(partitions) && Object.values(partitions).every(isCommittedOffset),
    )
  );
}

function isCommittedOffset(value: unknown): boolean {
  return (
    isObject(value) &&
    isOffset(value["offset"]) &&
    Number.isSafeInteger(value["leaderEpoch"]) &&
    (value["metadata"] === undefined || typeof value["metadata"] === "string")
  );
}

function isOffset(value: unknown): boolean {
  return typeof value === "string" ? INT64.test(value) : Number.isSafeInteger(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where a broker keeps what it remembers. */
export interface BrokerStore extends Disposable {
  /** Logs of topics that the record does not have are what a deletion left, and are deleted. */
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
