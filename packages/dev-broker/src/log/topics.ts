import { randomBytes } from "node:crypto";
import { DevBrokerError } from "../broker-error.ts";
import type { BrokerStore, TopicRecord } from "./broker-store.ts";
import { PartitionLog } from "./partition-log.ts";

/** Kafka's rule for names of topics. */
const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/;
const ID_SIZE = 16;
/** So that one request cannot take all of the broker's memory, or of its files. */
export const PARTITIONS_MAX = 10_000;

/** A topic with its logs. */
export interface Topic {
  readonly name: string;
  readonly id: string;
  readonly configs: Readonly<Record<string, string>>;
  /** By number. */
  readonly partitions: readonly PartitionLog[];
}

/** Whether Kafka allows a topic of this name. */
export function isTopicName(name: string): boolean {
  return NAME.test(name);
}

/** Whether a topic may have so many partitions here. */
export function isPartitionCount(count: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= PARTITIONS_MAX;
}

/**
 * All topics of a broker. Every change is recorded in the store by `onChange` before it returns.
 */
export class Topics {
  readonly #store: BrokerStore;
  readonly #onChange: () => void;
  readonly #topics = new Map<string, Topic>();

  constructor(store: BrokerStore, records: readonly TopicRecord[], onChange: () => void) {
    this.#store = store;
    this.#onChange = onChange;
    for (const { name, id, configs, startOffsets } of records) {
      const partitions = startOffsets.map(
        (start, partition) => new PartitionLog(store.openLog(id, partition), start),
      );
      this.#topics.set(name, { name, id, configs, partitions });
    }
  }

  get all(): readonly Topic[] {
    return [...this.#topics.values()];
  }

  get(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  byId(id: string): Topic | undefined {
    return this.#topics.values().find((topic) => topic.id === id);
  }

  partition(name: string, partition: number): PartitionLog | undefined {
    return this.#topics.get(name)?.partitions[partition];
  }

  /** Errors: `SETTINGS_INVALID` for an impossible name or count, or one that is there. */
  create(
    name: string,
    partitionCount: number,
    configs: Readonly<Record<string, string>> = {},
  ): Topic {
    if (!isTopicName(name) || !isPartitionCount(partitionCount) || this.#topics.has(name)) {
      throw new DevBrokerError(
        "SETTINGS_INVALID",
        `topic ${JSON.stringify(name)} with ${partitionCount} partitions cannot be created`,
      );
    }
    const id = randomBytes(ID_SIZE).toString("base64url");
    try {
      const topic = { name, id, configs, partitions: this.#openLogs(id, 0, partitionCount) };
      this.#replace(name, topic);
      return topic;
    } catch (error) {
      this.#store.deleteLogs(id);
      throw error;
    }
  }

  /** Adds partitions until there are so many. */
  grow(topic: Topic, partitionCount: number): void {
    const { partitions } = topic;
    const added = this.#openLogs(topic.id, partitions.length, partitionCount);
    this.#replace(topic.name, { ...topic, partitions: [...partitions, ...added] });
  }

  delete(topic: Topic): void {
    this.#replace(topic.name, undefined);
    for (const log of topic.partitions) log.close();
    this.#store.deleteLogs(topic.id);
  }

  /** Moves the start of a log; the records before it cannot be read any more. */
  deleteRecords(log: PartitionLog, before: number): void {
    log.deleteBefore(before);
    this.#onChange();
  }

  records(): readonly TopicRecord[] {
    return this.all.map(({ name, id, configs, partitions }) => ({
      name,
      id,
      configs,
      startOffsets: partitions.map(({ startOffset }) => startOffset),
    }));
  }

  close(): void {
    for (const topic of this.all) for (const log of topic.partitions) log.close();
  }

  /** A change that cannot be recorded is none: it would be gone at the next start. */
  #replace(name: string, topic: Topic | undefined): void {
    const before = this.#topics.get(name);
    this.#set(name, topic);
    try {
      this.#onChange();
    } catch (error) {
      this.#set(name, before);
      for (const log of topic?.partitions ?? []) {
        if (before?.partitions.includes(log) !== true) log.close();
      }
      throw error;
    }
  }

  #set(name: string, topic: Topic | undefined): void {
    if (topic === undefined) this.#topics.delete(name);
    else this.#topics.set(name, topic);
  }

  /** All of them or none: files of the process may run out. */
  #openLogs(id: string, first: number, end: number): readonly PartitionLog[] {
    const logs: PartitionLog[] = [];
    try {
      for (let partition = first; partition < end; partition++) {
        logs.push(new PartitionLog(this.#store.openLog(id, partition)));
      }
      return logs;
    } catch (error) {
      for (const log of logs) log.close();
      throw error;
    }
  }
}
