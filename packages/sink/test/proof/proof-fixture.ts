import {
  appendToTable,
  batchFromRows,
  newSnapshotId,
  openCatalog,
  openTableWriter,
  writeDetachedManifest,
} from "@salon/iceberg-writer";
import type { Catalog, CatalogTable, DataFile } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import { randomUUID } from "node:crypto";
import { bronzeLayout } from "../../src/mapping/bronze-schema.ts";
import { DEAD_LETTER_LAYOUT } from "../../src/mapping/dead-letter-schema.ts";
import { watermarkKey } from "../../src/protocol/dead-letter-watermark.ts";
import type { PartitionLedger } from "../../src/protocol/ledger.ts";
import { recordAdditions } from "../../src/protocol/own-commit.ts";
import type {
  AdoptedFrom,
  PendingManifest,
  SourceRecord,
} from "../../src/protocol/source-record.ts";
import { sourceKey } from "../../src/protocol/source-record.ts";

export const MAIN = { namespace: [], name: "bronze" };
const DEAD_LETTERS = { namespace: [], name: "bronze_dead_letters" };

/** A ledger's counts, those that are left out being 0. */
export function ledger(counts: Partial<PartitionLedger>): PartitionLedger {
  return { first: 0, next: 0, rows: 0, dead: 0, gaps: 0, lost: 0, unproved: 0, ...counts };
}

/** What a commit by hand holds; it need not be true. */
export interface HandmadeCommit {
  /** Offsets of rows in partition 0, or `[partition, offset]`. */
  readonly rows?: readonly (number | readonly [number, number])[];
  readonly topic?: string;
  /** Absent: a commit of somebody else. */
  readonly ledger?: Readonly<Record<number, PartitionLedger>>;
  readonly pending?: readonly PendingManifest[];
  readonly applied?: number;
  readonly adopted?: AdoptedFrom;
  readonly sourceId?: string;
  readonly cluster?: string;
}

/** A main table and its dead letters, written by hand through the library. */
export class HandmadeTables implements AsyncDisposable {
  readonly catalog: Catalog;

  private constructor(catalog: Catalog) {
    this.catalog = catalog;
  }

  static async create(): Promise<HandmadeTables> {
    const catalog = await openCatalog({ type: "memory" });
    await catalog.createTable(MAIN, bronzeLayout(ratingsSchema, "string"));
    await catalog.createTable(DEAD_LETTERS, DEAD_LETTER_LAYOUT);
    return new HandmadeTables(catalog);
  }

  main(): Promise<CatalogTable> {
    return this.catalog.loadTable(MAIN);
  }

  deadLetters(): Promise<CatalogTable> {
    return this.catalog.loadTable(DEAD_LETTERS);
  }

  /** Commits to the main table; answers the snapshot's id. */
  async commit(commit: HandmadeCommit): Promise<bigint> {
    const table = await this.main();
    const { topic = "ratings", sourceId = "ratings" } = commit;
    const snapshotId = newSnapshotId(randomUUID);
    const rows = (commit.rows ?? []).map((row) => {
      const [partition, offset] = typeof row === "number" ? [0, row] : row;
      return {
        timestamp: "2025-01-15T10:30:00",
        _kafka_topic: topic,
        _kafka_partition: partition,
        _kafka_offset: BigInt(offset),
      };
    });
    const dataFiles = await writeRows(table, rows);
    const record = commit.ledger === undefined ? undefined : recordOf(commit, topic);
    await appendToTable({
      catalog: this.catalog,
      table,
      request: {
        dataFiles,
        snapshotId,
        prepare: (base) =>
          record === undefined ? {} : recordAdditions(base, sourceId, record, snapshotId),
      },
    });
    return snapshotId;
  }

  /** Writes dead letters of partition 0 as data files of their table. */
  async writeDead(decidedBy: bigint, offsets: readonly number[]): Promise<readonly DataFile[]> {
    const rows = offsets.map((offset) => ({
      _kafka_topic: "ratings",
      _kafka_partition: 0,
      _kafka_offset: BigInt(offset),
      decided_by: decidedBy,
      processed_timestamp: new Date(0),
    }));
    return writeRows(await this.deadLetters(), rows);
  }

  /** Puts dead letters into their table, and the watermark where one is given. */
  async applyDead(
    decidedBy: bigint,
    offsets: readonly number[],
    watermark?: number,
  ): Promise<void> {
    const dataFiles = await this.writeDead(decidedBy, offsets);
    const { metadata } = await this.main();
    const key = watermarkKey(metadata.tableUuid, "ratings");
    const summary = watermark === undefined ? {} : { [key]: String(watermark) };
    await appendToTable({
      catalog: this.catalog,
      table: await this.deadLetters(),
      request: { dataFiles, prepare: () => ({ summary }) },
    });
  }

  /** Leaves dead letters in a manifest of the outbox. */
  async stageDead(
    decidedBy: bigint,
    offsets: readonly number[],
    sequence: number,
  ): Promise<PendingManifest> {
    const table = await this.deadLetters();
    const dataFiles = await this.writeDead(decidedBy, offsets);
    const manifest = await writeDetachedManifest(table, dataFiles);
    return {
      sequence,
      table: table.metadata.tableUuid,
      schemaId: 0,
      specId: manifest.partitionSpecId,
      manifest: manifest.manifestPath,
      length: manifest.manifestLength,
      rows: manifest.addedRowsCount,
    };
  }

  /** Another engine's delete: a snapshot with the files of an earlier one. */
  async deleteBackTo(snapshotId: bigint, deletedRecords: number): Promise<void> {
    const table = await this.main();
    const { metadata } = table;
    const kept = metadata.snapshots.find((snapshot) => snapshot.snapshotId === snapshotId);
    if (kept === undefined) throw new Error(`no snapshot ${snapshotId}`);
    const id = newSnapshotId(randomUUID);
    await this.#update(table, [
      {
        action: "add-snapshot",
        snapshot: {
          snapshotId: id,
          parentSnapshotId: metadata.currentSnapshotId ?? 0n,
          sequenceNumber: metadata.lastSequenceNumber + 1n,
          timestampMs: metadata.lastUpdatedMs,
          manifestList: kept.manifestList,
          summary: { operation: "delete", "deleted-records": String(deletedRecords) },
        },
      },
      setMain(id),
    ]);
  }

  async rollBackTo(snapshotId: bigint): Promise<void> {
    await this.#update(await this.main(), [setMain(snapshotId)]);
  }

  async expire(...snapshotIds: readonly bigint[]): Promise<void> {
    await this.#update(await this.main(), [{ action: "remove-snapshots", snapshotIds }]);
  }

  /** An own commit whose recorded text is whatever is given. */
  async commitText(text: string): Promise<void> {
    await appendToTable({
      catalog: this.catalog,
      table: await this.main(),
      request: { prepare: () => ({ summary: { [sourceKey("ratings")]: text } }) },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.catalog[Symbol.asyncDispose]();
  }

  async #update(
    table: CatalogTable,
    updates: Parameters<Catalog["commitTable"]>[1]["updates"],
  ): Promise<void> {
    const outcome = await this.catalog.commitTable(table, { requirements: [], updates });
    if (outcome.kind !== "committed") throw new Error(outcome.kind);
  }
}

function setMain(snapshotId: bigint) {
  return {
    action: "set-snapshot-ref",
    refName: "main",
    ref: { snapshotId, type: "branch" },
  } as const;
}

function recordOf(commit: HandmadeCommit, topic: string): SourceRecord {
  const entries = Object.entries(commit.ledger ?? {});
  return {
    cluster: commit.cluster ?? "cluster-1",
    topic,
    partitions: entries.length,
    ledger: new Map(entries.map(([partition, entry]) => [Number(partition), entry])),
    unit: new Map(),
    pending: commit.pending ?? [],
    applied: commit.applied ?? 0,
    ...(commit.adopted !== undefined && { adopted: commit.adopted }),
  };
}

async function writeRows(
  table: CatalogTable,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<readonly DataFile[]> {
  if (rows.length === 0) return [];
  const schema = table.metadata.schemas[0];
  if (schema === undefined) throw new Error("the table has no schema");
  await using writer = openTableWriter({ table });
  await writer.write(batchFromRows(schema, rows));
  return writer.close();
}
