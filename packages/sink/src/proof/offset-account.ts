import type { OffsetRange } from "../protocol/source-record.ts";
import { OffsetSampler } from "./offset-sample.ts";
import { OffsetSet } from "./offset-set.ts";

/** What an offset was found as: a row of the table, or a record among the dead letters. */
export type Decision = "row" | "dead";

/** The offsets of one partition that were found, compared with where they may be. */
export class OffsetAccount {
  readonly expected: OffsetRange;
  /** Offsets of the expected range that were found. */
  readonly found: OffsetSet = new OffsetSet();
  /** Found again, as a row or as a dead letter. */
  readonly repeated: OffsetSampler = new OffsetSampler();
  /** Found below the expected range. */
  readonly below: OffsetSampler = new OffsetSampler();
  /** Found at its end or beyond. */
  readonly beyond: OffsetSampler = new OffsetSampler();
  /** Found offsets by what they were found as first; a repeated one counts once. */
  readonly counts: Record<Decision, number> = { row: 0, dead: 0 };

  constructor(expected: OffsetRange) {
    this.expected = expected;
  }

  add(decision: Decision, offset: number): void {
    if (offset < this.expected.start) this.below.add(offset);
    else if (offset >= this.expected.end) this.beyond.add(offset);
    else if (this.found.add(offset)) this.counts[decision] += 1;
    else this.repeated.add(offset);
  }
}

/** The accounts of a topic's partitions. */
export class TopicAccount {
  readonly partitions: Map<number, OffsetAccount> = new Map();
  /** Rows and dead letters of the topic that do not say of which partition or offset they are. */
  unplaced: number = 0;
  readonly #expectedOf: (partition: number) => OffsetRange;

  constructor(expectedOf: (partition: number) => OffsetRange) {
    this.#expectedOf = expectedOf;
  }

  partition(partition: number): OffsetAccount {
    let account = this.partitions.get(partition);
    if (account === undefined) {
      account = new OffsetAccount(this.#expectedOf(partition));
      this.partitions.set(partition, account);
    }
    return account;
  }
}
