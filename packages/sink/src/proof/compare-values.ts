import type { RecordChunk } from "@salon/kafka-io";
import { createDecoder } from "@salon/schema";
import type { Decoder, EventSchema } from "@salon/schema";
import type { TableBinding } from "../mapping/table-binding.ts";
import type { OffsetRange, SourceRecord } from "../protocol/source-record.ts";
import { offsetsOf, recordReader, ruledOutRecord } from "./chunk-records.ts";
import { describeDifference, recordText } from "./compared-record.ts";
import type { ComparedRecord } from "./compared-record.ts";
import type { Finding } from "./finding.ts";
import type { TopicAccount } from "./offset-account.ts";
import { OffsetDigests } from "./offset-digests.ts";
import { sampleOf } from "./offset-sample.ts";
import type { OffsetSet } from "./offset-set.ts";
import type { ProofOperation } from "./proof-progress.ts";
import { readTopic } from "./read-topic.ts";
import type { OpenTopic } from "./read-topic.ts";
import type { PartitionOffsets } from "./ruled-out.ts";
import { visitRecords } from "./table-records.ts";
import type { DecidedTables } from "./table-records.ts";

/** Stretches of digests that are looked at record by record. */
const DETAILED_MAX = 16;
/** Differences that are described. */
const DESCRIBED_MAX = 10;

/** What is compared once the topic was read. */
export interface ValueComparisonOptions extends ProofOperation {
  readonly sourceId: string;
  readonly record: SourceRecord;
  readonly account: TopicAccount;
  readonly tables: DecidedTables;
  /** What was read of the topic. */
  readonly retained: ReadonlyMap<number, OffsetSet>;
  readonly openTopic: OpenTopic;
}

/**
 * Compares records of a topic with rows and dead letters by value: first their digests, in memory
 * that does not grow with them, and then, where those differ, record by record.
 */
export class ValueComparison {
  readonly #decoder: Decoder;
  readonly #fieldNames: readonly string[];
  readonly #ruledOut: PartitionOffsets;
  readonly #digests = new Map<number, OffsetDigests>();

  /** Records that are ruled out are held to their dead letters, whatever the rules are now. */
  constructor(events: EventSchema, binding: TableBinding, ruledOut: PartitionOffsets) {
    this.#ruledOut = ruledOut;
    this.#decoder = createDecoder(events, { dateTimes: binding.dateTimes });
    this.#fieldNames = events.fields.map(({ name }) => name);
  }

  /** Enters the wanted records of a chunk. */
  addChunk(chunk: RecordChunk, isWanted: (offset: number) => boolean): void {
    const digests = digestsOf(this.#digests, chunk.partition);
    this.#readChunk(chunk, isWanted, (offset, record) => digests.add(offset, recordText(record)));
  }

  /** Forgets a partition. */
  restart(partition: number): void {
    this.#digests.delete(partition);
  }

  /** Holds the tables to what was entered. */
  async compare(options: ValueComparisonOptions): Promise<readonly Finding[]> {
    const { record, tables, retained } = options;
    const source = { topic: record.topic, fieldNames: this.#fieldNames };
    const inTables = new Map<number, OffsetDigests>();
    await visitRecords(
      tables,
      source,
      (partition, offset, read) => {
        if (retained.get(partition)?.has(offset) !== true) return;
        digestsOf(inTables, partition).add(offset, recordText(read()));
      },
      options,
    );
    const findings: Finding[] = [];
    for (const [partition, digests] of this.#digests) {
      const ranges = digests.differencesFrom(digestsOf(inTables, partition));
      if (ranges.length > 0) findings.push(...(await this.#detail(partition, ranges, options)));
    }
    return findings;
  }

  async #detail(
    partition: number,
    ranges: readonly OffsetRange[],
    options: ValueComparisonOptions,
  ): Promise<readonly Finding[]> {
    const { sourceId, record, account, tables, retained } = options;
    const detailed = ranges.slice(0, DETAILED_MAX);
    const isWanted = (offset: number): boolean =>
      detailed.some(({ start, end }) => offset >= start && offset < end) &&
      retained.get(partition)?.has(offset) === true;
    const inTopic = await this.#readAgain(partition, detailed, isWanted, options);
    const offsets = new Set<number>();
    const differences: string[] = [];
    await visitRecords(
      tables,
      { topic: record.topic, fieldNames: this.#fieldNames },
      (candidate, offset, read) => {
        if (candidate !== partition || !isWanted(offset)) return;
        const expected = inTopic.get(offset);
        if (expected === undefined) return;
        const difference = describeDifference(expected, read(), this.#fieldNames);
        if (difference === undefined || offsets.has(offset)) return;
        offsets.add(offset);
        if (differences.length < DESCRIBED_MAX) differences.push(`offset ${offset} ${difference}`);
      },
      options,
    );
    const sample = sampleOf(
      [...offsets].sort((a, b) => a - b).map((offset) => ({ start: offset, end: offset + 1 })),
    );
    if (offsets.size > 0) {
      const atLeast = ranges.length > detailed.length ? "at least " : "";
      const message =
        `${atLeast}${offsets.size} records are not as the topic has them: ` +
        `${differences.join("; ")}${offsets.size > differences.length ? "; …" : ""}`;
      return [finding({ sourceId, partition, offsets: sample, message })];
    }
    // Records that are there twice have a digest of their own, and are found as what they are.
    if (account.partition(partition).repeated.count > 0) return [];
    const message = `records between the offsets ${ranges[0]?.start} and ${ranges.at(-1)?.end} differ`;
    return [finding({ sourceId, partition, offsets: sampleOf(ranges), message })];
  }

  async #readAgain(
    partition: number,
    ranges: readonly OffsetRange[],
    isWanted: (offset: number) => boolean,
    { record, retained, openTopic, signal }: ValueComparisonOptions,
  ): Promise<ReadonlyMap<number, ComparedRecord>> {
    const records = new Map<number, ComparedRecord>();
    const span = retained.get(partition)?.span;
    if (span === undefined) return records;
    for (const range of ranges) {
      const start = Math.max(range.start, span.start);
      const end = Math.min(range.end, span.end);
      await using source = await openTopic(record.topic, [partition]);
      await readTopic(source, {
        ranges: new Map([[partition, { start, end }]]),
        onChunk: (chunk) =>
          this.#readChunk(chunk, isWanted, (offset, each) => records.set(offset, each)),
        onRestart: () => {},
        signal,
      });
    }
    return records;
  }

  #readChunk(
    chunk: RecordChunk,
    isWanted: (offset: number) => boolean,
    visit: (offset: number, record: ComparedRecord) => void,
  ): void {
    const { buffer, valueStarts, valueEnds, count } = chunk;
    if (count === 0) return;
    const read = recordReader(chunk, this.#decoder.decode(buffer, valueStarts, valueEnds, count));
    const ruledOut = this.#ruledOut.get(chunk.partition);
    for (const [offset, index] of offsetsOf(chunk)) {
      if (!isWanted(offset)) continue;
      visit(offset, ruledOut?.has(offset) === true ? ruledOutRecord(chunk, index) : read(index));
    }
  }
}

function digestsOf(digests: Map<number, OffsetDigests>, partition: number): OffsetDigests {
  let found = digests.get(partition);
  if (found === undefined) digests.set(partition, (found = new OffsetDigests()));
  return found;
}

function finding(of: Omit<Finding, "code" | "severity">): Finding {
  return { code: "VALUES_DIFFER", severity: "failure", ...of };
}
