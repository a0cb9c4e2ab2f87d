import { randomUUID } from "node:crypto";
import {
  currentSchema,
  currentSnapshot,
  IcebergError,
  locateSnapshot,
  newSnapshotId,
  settleAttempt,
  stageAppend,
} from "@salon/iceberg-writer";
import type {
  AppendRequest,
  AttemptAdditions,
  Catalog,
  CatalogTable,
  StagedAppend,
  TableMetadata,
} from "@salon/iceberg-writer";
import type { AttemptResult, EngineEvent, TableView } from "../engine/engine-event.ts";
import { isWholeUnder } from "../mapping/written-schema.ts";
import { planOwnCommit, recordAdditions } from "../protocol/own-commit.ts";
import type { CommitContext, CommitPlan } from "../protocol/own-commit.ts";
import { withQuality } from "../protocol/quality-counts.ts";
import { parseSourceRecord, sourceKey } from "../protocol/source-record.ts";
import type { PendingManifest, SourceRecord } from "../protocol/source-record.ts";
import { SinkError } from "../sink-error.ts";
import { AttemptOver, resultOf } from "./attempt-over.ts";
import { seenFrom } from "./open-commit.ts";
import type { OpenCommit } from "./open-commit.ts";
import { isRetryable } from "./retry.ts";
import type { StagedUnit } from "./staged-unit.ts";
import { viewTable } from "./view-table.ts";
import type { ViewedSource } from "./view-table.ts";

/** What one attempt carries. */
export interface CommitAttempt {
  readonly plan: CommitPlan;
  /** The unit's files; absent for a position alone. */
  readonly unit?: StagedUnit | undefined;
  readonly context: CommitContext;
}

type SettledResult = Extract<EngineEvent, { kind: "commit-settled" }>["result"];

/** Results after which there is no other attempt. */
const ENDS: ReadonlySet<AttemptResult["kind"]> = new Set([
  "committed",
  "superfluous",
  "fenced",
  "burnt",
]);

/** The main table as the engine's commits see it. */
export class CommitTarget {
  readonly #catalog: Catalog;
  readonly #source: ViewedSource;
  readonly #commits = new Map<number, OpenCommit>();
  /** The attempt under way, by snapshot id: its plan is worked out on the base that it asserts. */
  readonly #attempts = new Map<bigint, CommitAttempt>();
  #table: CatalogTable;
  /** Whether another writer is known to have moved the table on. */
  #isStale = false;

  constructor(options: ViewedSource & { readonly catalog: Catalog; readonly table: CatalogTable }) {
    const { catalog, table, ...source } = options;
    this.#catalog = catalog;
    this.#table = table;
    this.#source = source;
  }

  /** The table as it was last seen. */
  get table(): CatalogTable {
    return this.#table;
  }

  /** A fresh look at what the table says of the position. */
  async readView(): Promise<TableView> {
    for (;;) {
      const table = await this.#reload();
      try {
        return await this.#viewOf(table);
      } catch (error) {
        if (!(await this.#isOutdated(table, error))) throw error;
      }
    }
  }

  /** Writes the manifests of a commit; its record is worked out anew for each attempt. */
  stage(files: Pick<AppendRequest, "dataFiles" | "snapshotId">): Promise<StagedAppend> {
    const snapshotId = files.snapshotId ?? newSnapshotId(randomUUID);
    const prepare = (base: TableMetadata): AttemptAdditions => this.#prepare(base, snapshotId);
    return stageAppend({
      catalog: this.#catalog,
      table: this.#table,
      request: { ...files, snapshotId, prepare },
    });
  }

  /**
   * Tries a commit once, on the newest base known, or on a fresh one where that is known to be old.
   */
  async attempt(commitId: number, attempt: CommitAttempt): Promise<AttemptResult> {
    try {
      const append =
        attempt.unit?.append ?? this.#commits.get(commitId)?.append ?? (await this.stage({}));
      const result = await this.#attemptOrReload(commitId, { ...attempt, append });
      if (ENDS.has(result.kind)) this.#commits.delete(commitId);
      return result;
    } catch (error) {
      // Nothing was sent: what is sent never throws, but has an outcome.
      if (!isRetryable(error)) throw error;
      this.#isStale = true;
      return { kind: "unavailable", reason: error.message };
    }
  }

  /** Finds out what became of an attempt whose outcome is unknown. */
  async settle(commitId: number): Promise<SettledResult> {
    const { append, sent: base } = this.#commits.get(commitId) ?? {};
    if (append === undefined || base === undefined) {
      throw new Error(`commit ${commitId} was never sent`);
    }
    try {
      const table = await this.#reload();
      const attempt = { snapshotId: append.snapshotId, base };
      const state = settleAttempt(this.#catalog.commitGuard, attempt, table);
      switch (state) {
        case "committed":
          await append.clean(table.metadata);
          return await this.#committed(commitId, append.snapshotId);
        case "burnt":
        case "undecided":
          // Whether it was applied or not: the position says how far the table is.
          return { kind: "burnt", view: await this.#viewOf(table) };
        case "failed":
        case "pending":
          return { kind: "absent" };
        default:
          return state satisfies never;
      }
    } catch (error) {
      if (!isRetryable(error)) throw error;
      return { kind: "unavailable", reason: error.message };
    }
  }

  /** Appends pending dead letters to their table; answers the watermark that it has then. */
  applyDeadLetters(pending: readonly PendingManifest[], applied: number): Promise<number> {
    if (this.#source.deadLetters === undefined) {
      throw new SinkError(
        "DEAD_LETTERS_UNDONE",
        `${pending.length} manifests of dead letters wait for a table that --on-invalid fail does ` +
          `not open: run once with --on-invalid dead-letters`,
      );
    }
    return this.#source.deadLetters.apply(pending, applied);
  }

  /**
   * Removes the dead letters of an accepted rollback from their table; answers its watermark then.
   */
  async removeUndoneDeadLetters(record: SourceRecord): Promise<number> {
    const { deadLetters, topic } = this.#source;
    if (deadLetters === undefined) {
      return record.pending.length === 0
        ? (record.undone?.through ?? 0)
        : this.applyDeadLetters(record.pending, record.applied);
    }
    const loadMain = async (): Promise<TableMetadata> => (await this.#reload()).metadata;
    return deadLetters.removeUndone(record, { topic, ledger: record.ledger, loadMain });
  }

  async #attemptOrReload(
    commitId: number,
    attempt: CommitAttempt & { readonly append: StagedAppend },
  ): Promise<AttemptResult> {
    const base = this.#table;
    try {
      return await this.#attempt(commitId, attempt);
    } catch (error) {
      if (!(await this.#isOutdated(base, error))) throw error;
      return { kind: "conflict", reason: "files of the base are expired" };
    }
  }

  async #attempt(
    commitId: number,
    attempt: CommitAttempt & { readonly append: StagedAppend },
  ): Promise<AttemptResult> {
    const { append } = attempt;
    const isFresh = this.#isStale;
    const base = isFresh ? await this.#reload() : this.#table;
    switch (locateSnapshot(base.metadata, append.snapshotId)) {
      case "in-main":
        return await this.#committed(commitId, append.snapshotId);
      case "elsewhere":
        return { kind: "burnt", view: await this.#viewOf(base) };
      case "absent":
        break;
    }
    const open = seenFrom(this.#catalog.commitGuard, base, append, this.#commits.get(commitId));
    this.#commits.set(commitId, open);
    if (open.isExpired) return { kind: "burnt", view: await this.#viewOf(base) };
    this.#attempts.set(append.snapshotId, attempt);
    try {
      const outcome = await append.attempt(base);
      this.#commits.set(commitId, { ...open, sent: base });
      this.#isStale = outcome.kind !== "committed";
      if (outcome.kind !== "committed") return resultOf(outcome);
      this.#table = outcome.table;
      return await this.#committed(commitId, append.snapshotId);
    } catch (error) {
      if (!(error instanceof AttemptOver)) throw error;
      if (error.end.kind === "superfluous") return error.end;
      // A base from before may be old: only a fresh one fences.
      if (isFresh) {
        const { mayBeApplied } = open;
        return { kind: "fenced", view: await this.#viewOf(base), mayBeApplied };
      }
      this.#isStale = true;
      return await this.#attempt(commitId, attempt);
    } finally {
      this.#attempts.delete(append.snapshotId);
    }
  }

  #prepare(base: TableMetadata, snapshotId: bigint): AttemptAdditions {
    const attempt = this.#attempts.get(snapshotId);
    if (attempt === undefined) throw new Error(`no attempt of snapshot ${snapshotId} is under way`);
    const { unit } = attempt;
    if (unit !== undefined && !isWholeUnder(unit.schema, currentSchema(base))) {
      throw new AttemptOver({ kind: "fenced" });
    }
    const planned = planOwnCommit(base, attempt.plan, attempt.context);
    if (planned.kind !== "write") throw new AttemptOver(planned);
    const additions = recordAdditions(base, this.#source.sourceId, planned.record, snapshotId);
    return withQuality(additions, this.#source.sourceId, unit?.quality);
  }

  /** A snapshot that is known to have become main's; others may have expired it since. */
  async #committed(
    commitId: number,
    snapshotId: bigint,
  ): Promise<Extract<AttemptResult, { kind: "committed" | "burnt" }>> {
    const { snapshots } = this.#table.metadata;
    const snapshot = snapshots.find((candidate) => candidate.snapshotId === snapshotId);
    const text = snapshot?.summary[sourceKey(this.#source.sourceId)];
    this.#isStale = false;
    if (text === undefined) {
      // What it recorded is gone with it: the position says how far the table is, once it is read.
      const open = this.#commits.get(commitId);
      if (open !== undefined) this.#commits.set(commitId, { ...open, isExpired: true });
      return { kind: "burnt", view: await this.#viewOf(this.#table) };
    }
    this.#commits.delete(commitId);
    return { kind: "committed", record: parseSourceRecord(text), snapshotId };
  }

  /**
   * A file is missing because the table has moved on since, and what it left behind was expired.
   * It may have moved back to where work began, from what was seen in the midst of it, or to a
   * snapshot of the same id, which was sent again: their manifest lists differ.
   */
  async #isOutdated(base: CatalogTable, error: unknown): Promise<boolean> {
    if (!(error instanceof IcebergError) || error.code !== "FILE_NOT_FOUND") return false;
    const seen = [base, this.#table].map(manifestListOf);
    const newest = manifestListOf(await this.#reload());
    return seen.some((list) => list !== newest);
  }

  async #reload(): Promise<CatalogTable> {
    const table = await this.#catalog.loadTable(this.#table.identifier);
    const { tableUuid } = this.#table.metadata;
    if (table.metadata.tableUuid !== tableUuid) {
      throw new SinkError(
        "TABLE_REPLACED",
        `table ${table.identifier.name} was dropped and created anew while it was written ` +
          `(uuid ${tableUuid}, now ${table.metadata.tableUuid}): start again to read into the new one`,
      );
    }
    this.#table = table;
    this.#isStale = false;
    return table;
  }

  #viewOf(table: CatalogTable): Promise<TableView> {
    return viewTable(table, this.#source, () => this.#reload());
  }
}

function manifestListOf({ metadata }: CatalogTable): string | undefined {
  return currentSnapshot(metadata)?.manifestList;
}
