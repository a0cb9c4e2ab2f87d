import { currentSchema, identifierToString } from "@salon/iceberg-writer";
import type { Catalog, TableIdentifier } from "@salon/iceberg-writer";
import type { EventSchema } from "@salon/schema";
import { bindTable } from "../mapping/table-binding.ts";
import type { SourceRecord } from "../protocol/source-record.ts";
import { SinkError } from "../sink-error.ts";
import { compareTopic } from "./compare-topic.ts";
import type { TopicComparison } from "./compare-topic.ts";
import { ValueComparison } from "./compare-values.ts";
import { countAllDeadLetters } from "./count-dead-letters.ts";
import type { CountedDeadLetters } from "./count-dead-letters.ts";
import { deletedRecords } from "./deleted-records.ts";
import { isFree } from "./finding.ts";
import type { Finding, Tolerance } from "./finding.ts";
import { judgePartition } from "./judge-partition.ts";
import { TopicAccount } from "./offset-account.ts";
import type { ProofOperation } from "./proof-progress.ts";
import { loadProofTables } from "./proof-tables.ts";
import type { ProofTables } from "./proof-tables.ts";
import type { OpenTopic } from "./read-topic.ts";
import { readRecordedSource, sourceIdsOf } from "./recorded-sources.ts";
import type { RecordedSource } from "./recorded-sources.ts";
import { readRuledOut } from "./ruled-out.ts";
import { countRows } from "./scan-accounts.ts";
import { verdictOf } from "./table-proof.ts";
import type { PartitionProof, SourceProof, TableProof } from "./table-proof.ts";
import { waitingManifests } from "./waiting-manifests.ts";

/** What to prove, and what to take for granted. */
export interface VerifyTableOptions extends Tolerance {
  readonly catalog: Catalog;
  readonly identifier: TableIdentifier;
  /** Only this source; all of the table by default. */
  readonly sourceId?: string | undefined;
  /** Only sources of this topic. */
  readonly topic?: string | undefined;
  /** Present: the sources are held to their topics too. */
  readonly openTopic?: OpenTopic | undefined;
  /** Present, with `openTopic`: records are compared by value, as these events decode. */
  readonly values?: { readonly events: EventSchema; readonly timeZone: string } | undefined;
}

/**
 * Proves that every offset that a table's ledgers record is there exactly once, in the table or the
 * dead letters (PROTOCOL: Proof and operations). Reads the columns of origin of every row, and
 * holds one bit an offset at most.
 *
 * Errors: `POSITION_UNKNOWN` where no such source is recorded, `SOURCE_CONFLICT` where two sources
 * have the same topic name and their rows cannot be told apart, `TABLE_INCOMPATIBLE` where `values`
 * cannot be in such a table; those of catalog, storage, scan and Kafka. What stands against the
 * proof is in the report.
 */
export async function verifyTable(
  options: VerifyTableOptions,
  operation: ProofOperation = {},
): Promise<TableProof> {
  const { catalog, identifier } = options;
  const tables = await loadProofTables(catalog, identifier, operation);
  const sources = selectSources(tables, options);
  const accounts = new Map<string, TopicAccount>();
  for (const { record } of sources) {
    if (record !== undefined) accounts.set(record.topic, openAccount(record));
  }
  const otherRows = await countRows(tables.main, accounts, operation);
  const dead = await countAllDeadLetters(tables, sources, accounts, operation);
  const proofs: SourceProof[] = [];
  for (const source of sources) {
    proofs.push(await proveSource(source, { tables, accounts, dead, options, operation }));
  }
  const { metadata } = tables.main;
  return {
    table: identifierToString(identifier),
    tableUuid: metadata.tableUuid,
    snapshotId: metadata.currentSnapshotId?.toString(),
    isProved: proofs.every(({ isProved }) => isProved),
    sources: proofs,
    otherRows,
    undoneDeadLetters: dead.undone,
    deleted: {
      rows: deletedRecords(metadata),
      deadLetters:
        tables.deadLetters === undefined ? 0 : deletedRecords(tables.deadLetters.metadata),
    },
  };
}

function selectSources(
  { main }: ProofTables,
  { identifier, sourceId, topic }: VerifyTableOptions,
): readonly RecordedSource[] {
  const all = sourceIdsOf(main.metadata).map((id) => readRecordedSource(main.metadata, id));
  const selected = all.filter(
    (source) =>
      (sourceId === undefined || source.sourceId === sourceId) &&
      (topic === undefined || source.record === undefined || source.record.topic === topic),
  );
  if (selected.length === 0) {
    const known = all.map((source) => source.sourceId).join(", ");
    throw new SinkError(
      "POSITION_UNKNOWN",
      `table ${identifierToString(identifier)} records no position of ` +
        `${describeSelection(sourceId, topic)}${known === "" ? "" : `, only of source ${known}`}`,
    );
  }
  for (const { sourceId: id, record } of selected) {
    const rival = all.find(
      (other) => other.sourceId !== id && record && other.record?.topic === record.topic,
    );
    if (rival === undefined) continue;
    throw new SinkError(
      "SOURCE_CONFLICT",
      `sources ${id} and ${rival.sourceId} both read a topic named ${record?.topic}: ` +
        `the rows do not say of which cluster they are, and cannot be proved`,
    );
  }
  return selected;
}

function describeSelection(sourceId: string | undefined, topic: string | undefined): string {
  if (sourceId === undefined && topic === undefined) return "any source";
  const parts = [
    ...(sourceId === undefined ? [] : [`source ${sourceId}`]),
    ...(topic === undefined ? [] : [`topic ${topic}`]),
  ];
  return parts.join(" of ");
}

function openAccount({ ledger }: SourceRecord): TopicAccount {
  return new TopicAccount((partition) => {
    const entry = ledger.get(partition);
    return { start: entry?.first ?? 0, end: entry?.next ?? 0 };
  });
}

interface ProofContext {
  readonly tables: ProofTables;
  readonly accounts: ReadonlyMap<string, TopicAccount>;
  readonly dead: CountedDeadLetters;
  readonly options: VerifyTableOptions;
  readonly operation: ProofOperation;
}

async function proveSource(source: RecordedSource, context: ProofContext): Promise<SourceProof> {
  const { sourceId, record } = source;
  const account = record && context.accounts.get(record.topic);
  if (record === undefined || account === undefined) {
    const { findings } = source;
    return { sourceId, isProved: isFree(findings), partitions: [], pendingManifests: 0, findings };
  }
  const comparison = await compareWithTopic({ sourceId, record, account }, context);
  const findings = [
    ...source.findings,
    ...context.dead.findings.filter((finding) => finding.sourceId === sourceId),
    ...judgeAccount({ sourceId, record, account }, context.options),
    ...(comparison?.findings ?? []),
  ];
  const partitions = [...record.ledger]
    .sort(([a], [b]) => a - b)
    .map(([partition, ledger]): PartitionProof => {
      const { counts } = account.partition(partition);
      return {
        partition,
        verdict: verdictOf(findings.filter((finding) => finding.partition === partition)),
        ledger,
        found: { rows: counts.row, dead: counts.dead },
        topic: comparison?.partitions.get(partition),
      };
    });
  return {
    sourceId,
    isProved: isFree(findings),
    cluster: record.cluster,
    topic: record.topic,
    partitions,
    pendingManifests: waitingManifests(context.tables, source).length,
    findings,
  };
}

/** A source with its record and what was found of it. */
interface CountedSource {
  readonly sourceId: string;
  readonly record: SourceRecord;
  readonly account: TopicAccount;
}

function judgeAccount(
  { sourceId, record, account }: CountedSource,
  tolerance: Tolerance,
): readonly Finding[] {
  const findings: Finding[] = [];
  const { adopted } = record;
  let belowCount = 0;
  for (const [partition, ledger] of record.ledger) {
    const found = account.partition(partition);
    belowCount += found.below.count;
    const judged = judgePartition(ledger, found, {
      ...tolerance,
      isAdopted: adopted !== undefined,
    });
    findings.push(...judged.map((finding) => ({ ...finding, sourceId, partition })));
  }
  if (adopted !== undefined) {
    const message = `${belowCount} rows below are those of query ${adopted.queryId}, and not proved`;
    findings.push({ code: "ROWS_ADOPTED", severity: "note", sourceId, message });
  }
  for (const [partition, { beyond }] of account.partitions) {
    if (record.ledger.has(partition)) continue;
    const message = `${beyond.count} records of a partition that is not recorded`;
    const offsets = beyond.sample();
    const code = "OFFSETS_UNEXPECTED";
    findings.push({ code, severity: "failure", sourceId, partition, offsets, message });
  }
  if (account.unplaced > 0) {
    const message = `${account.unplaced} rows of topic ${record.topic} have no partition or offset`;
    findings.push({ code: "ROWS_UNPLACED", severity: "failure", sourceId, message });
  }
  return findings;
}

async function compareWithTopic(
  source: CountedSource,
  { tables, dead, options, operation }: ProofContext,
): Promise<TopicComparison | undefined> {
  const { openTopic, values: wanted, allowDeletes, allowLost } = options;
  if (openTopic === undefined) return undefined;
  const { metadata, identifier } = tables.main;
  const values =
    wanted &&
    new ValueComparison(
      wanted.events,
      bindTable(currentSchema(metadata), wanted.events, wanted.timeZone, identifier.name),
      await readRuledOut(dead.tables, source.record.topic, operation),
    );
  const compared = { ...source, openTopic, values, allowDeletes, allowLost, ...operation };
  const comparison = await compareTopic(compared);
  if (values === undefined) return comparison;
  const { retained } = comparison;
  const differences = await values.compare({ ...compared, retained, tables: dead.tables });
  return { ...comparison, findings: [...comparison.findings, ...differences] };
}
