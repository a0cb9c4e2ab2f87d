import { rowAt } from "@salon/columns";
import { scanTable } from "@salon/iceberg-writer";
import type { CatalogTable } from "@salon/iceberg-writer";
import type { PartitionLedger } from "../../src/protocol/ledger.ts";
import { mainLine, readPosition, settledRecord } from "../../src/protocol/position.ts";
import { parseSourceRecord, sourceKey } from "../../src/protocol/source-record.ts";
import type { MemoryTopic } from "../shell/memory-topic.ts";

/** The tables in which records are. */
export interface ProvedTables {
  readonly main: CatalogTable;
  readonly deadLetters: CatalogTable;
}

/** Throws where a record of the topic is there twice, whatever the tables tell of a position. */
export async function proveNothingTwice(
  topic: MemoryTopic,
  { main, deadLetters }: ProvedTables,
): Promise<void> {
  const rows = await coordinatesOf(main, topic.name);
  const dead = await coordinatesOf(deadLetters, topic.name);
  for (const at of new Set([...rows.keys(), ...dead.keys()])) {
    const times = (rows.get(at) ?? 0) + (dead.get(at) ?? 0);
    if (times > 1) throw new Error(`${at} is there ${times} times`);
  }
}

/**
 * Throws unless every record of the topic from the first position on is exactly once in one of the
 * tables, ledgers tell just that, and commits follow each other without a break.
 */
export async function proveTables(
  topic: MemoryTopic,
  { main, deadLetters }: ProvedTables,
): Promise<void> {
  const record = settledRecord(readPosition(main.metadata, topic.name));
  const rows = await coordinatesOf(main, topic.name);
  const dead = await coordinatesOf(deadLetters, topic.name);
  for (const partition of topic.partitions.keys()) {
    const ledger = record?.ledger.get(partition);
    if (ledger === undefined) throw new Error(`partition ${partition} has no position`);
    provePartition(topic, partition, { ledger, rows, dead });
  }
  proveLine(main, sourceKey(topic.name));
}

function provePartition(
  topic: MemoryTopic,
  partition: number,
  found: {
    readonly ledger: PartitionLedger;
    readonly rows: ReadonlyMap<string, number>;
    readonly dead: ReadonlyMap<string, number>;
  },
): void {
  const { ledger } = found;
  const records = topic.partitions[partition] ?? [];
  if (ledger.next !== records.length) throw new Error(`partition ${partition} is not read`);
  const counts = { rows: 0, dead: 0, missing: 0 };
  let taken = 0;
  for (let offset = ledger.first; offset < ledger.next; offset++) {
    const at = `${partition}/${offset}`;
    const rows = found.rows.get(at) ?? 0;
    const dead = found.dead.get(at) ?? 0;
    counts.rows += rows;
    counts.dead += dead;
    if (rows + dead === 0) counts.missing++;
    const isGap = records[offset] === undefined;
    if (rows + dead === 0 && !isGap) taken++;
    const isRetained = offset >= (topic.startOffsets[partition] ?? 0);
    if (rows + dead > (isGap ? 0 : 1)) throw new Error(`${at} is there ${rows + dead} times`);
    if (rows + dead === 0 && !isGap && isRetained) throw new Error(`${at} is lost`);
  }
  const { gaps, lost } = ledger;
  const isTold =
    counts.rows === ledger.rows &&
    counts.dead === ledger.dead &&
    counts.missing === gaps + lost &&
    taken <= lost;
  if (!isTold) throw new Error(`the ledger is wrong: ${JSON.stringify({ counts, ledger })}`);
}

/** How often each `partition/offset` is there; every file that the table names is read. */
async function coordinatesOf(
  table: CatalogTable,
  topic: string,
): Promise<ReadonlyMap<string, number>> {
  const columns = ["_kafka_topic", "_kafka_partition", "_kafka_offset"];
  const times = new Map<string, number>();
  for await (const { batch } of scanTable({ table, columns })) {
    for (let row = 0; row < batch.rowCount; row++) {
      const coordinates = rowAt(batch, row);
      if (coordinates["_kafka_topic"] !== topic) continue;
      const { _kafka_partition: partition, _kafka_offset: offset } = coordinates;
      const at = `${Number(partition)}/${Number(offset)}`;
      times.set(at, (times.get(at) ?? 0) + 1);
    }
  }
  return times;
}

/** Each own snapshot's unit begins where the position before it was. */
function proveLine({ metadata }: CatalogTable, key: string): void {
  const texts = mainLine(metadata).passed.map(({ summary }) => summary[key]);
  // Commits of other sources carry the record on as it is.
  const own = [...new Set(texts)]
    .filter((text) => text !== undefined)
    .map((text) => parseSourceRecord(text))
    .toReversed();
  for (const [index, record] of own.entries()) {
    const before = own[index - 1];
    for (const [partition, { start, end }] of record.unit) {
      const wasAt = before?.ledger.get(partition)?.next ?? start;
      const isAt = record.ledger.get(partition)?.next;
      if (wasAt !== start || isAt !== end) {
        throw new Error(`unit of ${partition} is [${start}, ${end}) after ${wasAt}, at ${isAt}`);
      }
    }
  }
}
