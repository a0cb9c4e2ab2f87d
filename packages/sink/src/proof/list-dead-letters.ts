import { valueAt } from "@salon/columns";
import type { ColumnBatch } from "@salon/columns";
import { scanTable } from "@salon/iceberg-writer";
import type { Catalog, TableIdentifier } from "@salon/iceberg-writer";
import { countAllDeadLetters } from "./count-dead-letters.ts";
import type { Finding } from "./finding.ts";
import { beginStep, rowTotal, rowTotalOf } from "./proof-progress.ts";
import type { ProofOperation } from "./proof-progress.ts";
import { loadProofTables } from "./proof-tables.ts";
import { readRecordedSource, sourceIdsOf } from "./recorded-sources.ts";
import { countedReader } from "./scan-accounts.ts";
import { columnOf, ORIGIN_COLUMN_NAMES, originsOf } from "./scan-origins.ts";

/** Which dead letters to list. */
export interface ListDeadLettersOptions {
  readonly catalog: Catalog;
  /** Of the main table. */
  readonly identifier: TableIdentifier;
  /** Only those with this cause. */
  readonly cause?: string | undefined;
  /** Samples kept of each cause and field. */
  readonly samplesMax: number;
}

/** Dead letters of one cause and field. */
export interface DeadLetterGroup {
  /** A code of the decoder, or `rule:` and the rule's name. */
  readonly cause: string;
  readonly field?: string | undefined;
  readonly count: number;
  /** How many of them wait in the outbox of the main table. */
  readonly pending: number;
  /** In no order. */
  readonly samples: readonly DeadLetterSample[];
}

/** One dead letter with the exact bytes of its record. */
export interface DeadLetterSample {
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  readonly offset?: number | undefined;
  /** Microseconds since 1970. */
  readonly timestamp?: bigint | undefined;
  readonly key?: Uint8Array | undefined;
  readonly value?: Uint8Array | undefined;
  readonly message?: string | undefined;
}

/** What is in the dead letters of a table. */
export interface DeadLetterList {
  /** The most frequent first, then by cause and field. */
  readonly groups: readonly DeadLetterGroup[];
  /** Dead letters that do not count, because what decided them was rolled back. */
  readonly undone: number;
  /** What stands against the outbox, as a manifest that is gone. */
  readonly findings: readonly Finding[];
}

interface OpenGroup {
  readonly cause: string;
  readonly field?: string | undefined;
  count: number;
  pending: number;
  readonly samples: DeadLetterSample[];
}

const COLUMNS = [
  ...ORIGIN_COLUMN_NAMES,
  "_kafka_timestamp",
  "_kafka_key",
  "value",
  "decided_by",
  "error_code",
  "error_field",
  "error_message",
];

/**
 * Counts the dead letters of a table by cause, those that wait in its outbox too, with samples.
 * Errors: those of catalog, storage and scan; `TABLE_NOT_FOUND` for the main table alone.
 */
export async function listDeadLetters(
  { catalog, identifier, cause: wanted, samplesMax }: ListDeadLettersOptions,
  operation: ProofOperation = {},
): Promise<DeadLetterList> {
  const tables = await loadProofTables(catalog, identifier, operation);
  if (tables.deadLetters === undefined) return { groups: [], undone: 0, findings: [] };
  const { metadata } = tables.main;
  const sources = sourceIdsOf(metadata).map((id) => readRecordedSource(metadata, id));
  const counted = await countAllDeadLetters(tables, sources, new Map(), operation);
  const { counts, pendingFiles } = counted.tables;
  const groups = new Map<string, OpenGroup>();
  let undone = 0;
  const total = rowTotal(tables.deadLetters) + rowTotalOf(pendingFiles);
  const advance = beginStep(operation, "dead letters", total);
  for (const files of [undefined, pendingFiles]) {
    const scan = { table: tables.deadLetters, columns: COLUMNS, files };
    for await (const { batch } of scanTable(scan, operation)) {
      const isCounted = countedReader(batch, counts);
      const sampleAt = sampleReader(batch);
      const causes = columnOf(batch, "error_code");
      const fields = columnOf(batch, "error_field");
      for (let row = 0; row < batch.rowCount; row++) {
        const cause = textOf(valueAt(causes, row)) ?? "unknown";
        if (wanted !== undefined && cause !== wanted) continue;
        if (!isCounted(row)) {
          undone += 1;
          continue;
        }
        const group = groupOf(groups, cause, textOf(valueAt(fields, row)));
        group.count += 1;
        if (files !== undefined) group.pending += 1;
        if (group.samples.length < samplesMax) group.samples.push(sampleAt(row));
      }
      advance(batch.rowCount);
    }
  }
  return {
    groups: [...groups.values()].toSorted(byFrequency),
    undone,
    findings: counted.findings,
  };
}

function byFrequency(left: OpenGroup, right: OpenGroup): number {
  if (left.count !== right.count) return right.count - left.count;
  const [leftKey, rightKey] = [left, right].map(({ cause, field = "" }) => `${cause} ${field}`);
  return (leftKey ?? "") < (rightKey ?? "") ? -1 : 1;
}

function groupOf(
  groups: Map<string, OpenGroup>,
  cause: string,
  field: string | undefined,
): OpenGroup {
  const key = JSON.stringify([cause, field]);
  let group = groups.get(key);
  if (group === undefined) {
    group = { cause, field, count: 0, pending: 0, samples: [] };
    groups.set(key, group);
  }
  return group;
}

function sampleReader(batch: ColumnBatch): (row: number) => DeadLetterSample {
  const origins = originsOf(batch);
  const [timestamps, keys, values, messages] = [
    columnOf(batch, "_kafka_timestamp"),
    columnOf(batch, "_kafka_key"),
    columnOf(batch, "value"),
    columnOf(batch, "error_message"),
  ];
  return (row) => {
    const timestamp = valueAt(timestamps, row);
    return {
      topic: origins.topicAt(row),
      partition: origins.partitionAt(row),
      offset: origins.offsetAt(row),
      timestamp: typeof timestamp === "bigint" ? timestamp : undefined,
      key: bytesOf(valueAt(keys, row)),
      value: bytesOf(valueAt(values, row)),
      message: textOf(valueAt(messages, row)),
    };
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function bytesOf(value: unknown): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}
