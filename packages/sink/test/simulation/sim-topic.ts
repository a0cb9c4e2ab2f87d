import { MemoryTopic } from "../shell/memory-topic.ts";

/** Customers of a topic that was created anew are beyond these. */
const CUSTOMERS = 100;

/** A topic by its name: it may be deleted and created anew, or be another cluster's one day. */
export class SimTopic {
  readonly name: string;
  #current: MemoryTopic;
  #former: MemoryTopic | undefined;

  constructor(name: string, partitions: number) {
    this.name = name;
    this.#current = new MemoryTopic(partitions, name);
  }

  /** What the name stands for now. */
  get current(): MemoryTopic {
    return this.#current;
  }

  /** What was deleted, if it was. */
  get former(): MemoryTopic | undefined {
    return this.#former;
  }

  /** As long as it was before, so that positions lie inside of its log. */
  recreate(clusterId = this.#current.clusterId): void {
    const { partitions } = this.#current;
    this.#former = this.#current;
    this.#current = new MemoryTopic(partitions.length, this.name);
    this.#current.topicId = "topic-2";
    this.#current.clusterId = clusterId;
    for (const [partition, records] of partitions.entries()) {
      this.#current.append(partition, ...records.map(() => this.valueOf(1)));
    }
  }

  /** A rating of the topic as it is now. */
  valueOf(customer: number): string {
    const id = this.#former === undefined ? customer : CUSTOMERS + customer;
    return `{"customer_id":${id},"timestamp":"2025-01-15T10:30:00"}`;
  }

  /** Whether a row's customer is of the topic with this id. */
  isOf(topicId: string | undefined, customer: number): boolean {
    const isFormer = this.#former !== undefined && topicId === this.#former.topicId;
    return isFormer || this.#former === undefined ? customer <= CUSTOMERS : customer > CUSTOMERS;
  }
}
