import {
  currentSchema,
  currentSnapshot,
  defaultPartitionSpec,
  describeType,
  identifierToString,
  transformToString,
} from "@salon/iceberg-writer";
import type { CatalogTable, TableMetadata } from "@salon/iceberg-writer";
import { readRecordedSource, sourceIdsOf, waitingManifests } from "@salon/sink";
import type { PartitionLedger } from "@salon/sink";
import type { CommandOutput, Emphasis } from "./command-output.ts";
import { count, ledgerColumns, ledgerCells } from "./ledger-text.ts";
import { loadDeadLetters } from "./table-reference.ts";
import type { TableReference } from "./table-reference.ts";
import { harmlessText } from "./terminal-text.ts";
import { textPairs, textSection, textTable } from "./text-table.ts";

/** Properties that hold a copy of a source's position, which is shown as what it is. */
const SOURCE_PROPERTY_PREFIX = "salon.source.";

/** What `describe` says of a table; plain data. */
export interface TableDescription {
  readonly table: string;
  readonly tableUuid: string;
  readonly location: string;
  readonly formatVersion: number;
  readonly lastUpdated: string;
  readonly snapshots: number;
  /** Absent for a table without a snapshot. */
  readonly current?: SnapshotTotals | undefined;
  readonly columns: readonly {
    readonly id: number;
    readonly name: string;
    readonly type: string;
    readonly isRequired: boolean;
  }[];
  readonly partitionFields: readonly { readonly name: string; readonly transform: string }[];
  readonly properties: Readonly<Record<string, string>>;
  readonly sources: readonly SourceDescription[];
  readonly deadLetters?: (SnapshotTotals & { readonly table: string }) | undefined;
}

/** Totals of a snapshot, as its summary has them. */
interface SnapshotTotals {
  readonly snapshotId?: bigint | undefined;
  readonly records?: number | undefined;
  readonly dataFiles?: number | undefined;
  readonly bytes?: number | undefined;
}

/** What the table records of a source. */
interface SourceDescription {
  readonly sourceId: string;
  readonly topic?: string | undefined;
  readonly cluster?: string | undefined;
  readonly partitions: readonly (PartitionLedger & { readonly partition: number })[];
  readonly pendingManifests: number;
  readonly remarks: readonly string[];
}

/** Loads the table and says what it is. */
export async function describe(reference: TableReference): Promise<CommandOutput> {
  const { catalog, identifier, signal, emphasis } = reference;
  const table = await catalog.loadTable(identifier, { signal });
  const data = describeTable(table, await loadDeadLetters(reference, table));
  return { data, text: descriptionText(data, emphasis) };
}

/** The description of a table as it was loaded. */
function describeTable(main: CatalogTable, deadLetters?: CatalogTable): TableDescription {
  const { identifier, metadata } = main;
  const schema = currentSchema(metadata);
  const spec = defaultPartitionSpec(metadata);
  const nameOf = (id: number): string =>
    schema.fields.find((field) => field.id === id)?.name ?? String(id);
  const properties = Object.entries(metadata.properties).filter(
    ([name]) => !name.startsWith(SOURCE_PROPERTY_PREFIX),
  );
  return {
    table: identifierToString(identifier),
    tableUuid: metadata.tableUuid,
    location: metadata.location,
    formatVersion: metadata.formatVersion,
    lastUpdated: new Date(metadata.lastUpdatedMs).toISOString(),
    snapshots: metadata.snapshots.length,
    current: totalsOf(metadata),
    columns: schema.fields.map(({ id, name, type, required }) => ({
      id,
      name,
      type: describeType(type),
      isRequired: required,
    })),
    partitionFields: spec.fields.map(({ name, transform, sourceId }) => ({
      name,
      transform: `${transformToString(transform)}(${nameOf(sourceId)})`,
    })),
    properties: Object.fromEntries(properties),
    sources: sourceIdsOf(metadata).map((sourceId) => describeSource(sourceId, main, deadLetters)),
    deadLetters: deadLetters && {
      table: identifierToString(deadLetters.identifier),
      ...totalsOf(deadLetters.metadata),
    },
  };
}

function describeSource(
  sourceId: string,
  main: CatalogTable,
  deadLetters?: CatalogTable,
): SourceDescription {
  const source = readRecordedSource(main.metadata, sourceId);
  const { record, findings } = source;
  const ledger = [...(record?.ledger ?? [])].sort(([a], [b]) => a - b);
  return {
    sourceId,
    topic: record?.topic,
    cluster: record?.cluster,
    partitions: ledger.map(([partition, entry]) => ({ partition, ...entry })),
    pendingManifests: waitingManifests({ main, deadLetters }, source).length,
    remarks: findings.map(({ message }) => message),
  };
}

function totalsOf(metadata: TableMetadata): SnapshotTotals | undefined {
  const snapshot = currentSnapshot(metadata);
  if (snapshot === undefined) return undefined;
  const total = (name: string): number | undefined => {
    const text = snapshot.summary[name];
    return text === undefined ? undefined : Number(text);
  };
  return {
    snapshotId: snapshot.snapshotId,
    records: total("total-records"),
    dataFiles: total("total-data-files"),
    bytes: total("total-files-size"),
  };
}

/** The description for people. */
function descriptionText(description: TableDescription, emphasis: Emphasis): string {
  const { columns, partitionFields, properties, sources, deadLetters } = description;
  const heading = (text: string): string => emphasis("heading", text);
  const sections = [
    textPairs([
      ["table", description.table],
      ["location", description.location],
      ["uuid", description.tableUuid],
      ["format version", String(description.formatVersion)],
      ["last updated", description.lastUpdated],
      ["snapshots", count(description.snapshots)],
      ["current", totalsText(description.current)],
      ["dead letters", deadLetters === undefined ? "none" : totalsText(deadLetters)],
    ]),
    ...textSection(
      heading("columns"),
      textTable(
        [{ title: "id", align: "right" }, { title: "name" }, { title: "type" }, { title: "" }],
        columns.map(({ id, name, type, isRequired }) => [
          String(id),
          name,
          type,
          isRequired ? "required" : "",
        ]),
      ),
    ),
    ...textSection(
      heading("partitioned by"),
      textPairs(partitionFields.map(({ name, transform }) => [name, transform] as const)),
    ),
    ...textSection(heading("properties"), textPairs(Object.entries(properties))),
    ...sources.flatMap((source) => sourceText(source, heading)),
  ];
  return `${sections.join("\n\n")}\n`;
}

function sourceText(source: SourceDescription, heading: (text: string) => string): string[] {
  const { sourceId, topic, cluster, partitions, pendingManifests, remarks } = source;
  const origin = topic === undefined ? "" : `, topic ${topic} of cluster ${cluster}`;
  const waiting =
    pendingManifests === 0 ? [] : [`${count(pendingManifests)} manifests of dead letters wait`];
  const body = [
    ...(partitions.length === 0
      ? []
      : [
          textTable(
            ledgerColumns(),
            partitions.map(({ partition, ...ledger }) => ledgerCells(partition, ledger)),
          ),
        ]),
    ...waiting,
    ...remarks.map(harmlessText),
  ];
  return [...textSection(heading(harmlessText(`source ${sourceId}${origin}`)), body.join("\n"))];
}

function totalsText(totals: SnapshotTotals | undefined): string {
  if (totals?.snapshotId === undefined) return "no snapshot";
  const { snapshotId, records, dataFiles, bytes } = totals;
  return (
    `snapshot ${snapshotId}: ${knownCount(records)} rows in ${knownCount(dataFiles)} files of ` +
    `${knownCount(bytes)} bytes`
  );
}

/** Other writers leave totals out at times. */
function knownCount(value: number | undefined): string {
  return value === undefined ? "?" : count(value);
}
