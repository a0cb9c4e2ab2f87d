import {
  appendToTable,
  currentSchema,
  IcebergError,
  readDetachedManifest,
  writeDetachedManifest,
} from "@salon/iceberg-writer";
import type {
  AppendRequest,
  AttemptAdditions,
  Catalog,
  CatalogTable,
  DataFile,
  ManifestFile,
  TableMetadata,
} from "@salon/iceberg-writer";
import { HEADERS_COLUMN } from "../mapping/dead-letter-schema.ts";
import {
  hasSourceOfOther,
  readWatermarks,
  watermarkKey,
} from "../protocol/dead-letter-watermark.ts";
import type { StagedDeadLetters } from "../protocol/own-commit.ts";
import type { PendingManifest, SourceRecord } from "../protocol/source-record.ts";
import { SinkError, UNDONE_WAY_ON } from "../sink-error.ts";
import type { DeadLetterTopic } from "./dead-letter-topic.ts";
import { deleteUndone } from "./remove-undone.ts";
import type { UndoneDeadLetters } from "./remove-undone.ts";
import { sleep } from "./sink-clock.ts";
import type { SinkClock } from "./sink-clock.ts";

/** Another member applied the same entries first, or another table claimed the source. */
class AppliedByOther extends Error {}

/**
 * The table of the records that became no rows. What goes into it is decided by main commits, which
 * keep manifests in an outbox until they are here (PROTOCOL: Dead letters).
 */
export class DeadLetterTable {
  readonly #catalog: Catalog;
  readonly #mainTableUuid: string;
  readonly #sourceId: string;
  readonly #key: string;
  readonly #clock: SinkClock;
  readonly #topic: DeadLetterTopic | undefined;
  #table: CatalogTable;

  constructor(options: {
    readonly catalog: Catalog;
    readonly table: CatalogTable;
    readonly mainTableUuid: string;
    readonly sourceId: string;
    readonly clock: SinkClock;
    /** Gets the dead letters too, before their table does. */
    readonly topic?: DeadLetterTopic | undefined;
  }) {
    this.#catalog = options.catalog;
    this.#table = options.table;
    this.#mainTableUuid = options.mainTableUuid;
    this.#sourceId = options.sourceId;
    this.#key = watermarkKey(options.mainTableUuid, options.sourceId);
    this.#clock = options.clock;
    this.#topic = options.topic;
  }

  get table(): CatalogTable {
    return this.#table;
  }

  get hasHeaders(): boolean {
    return currentSchema(this.#table.metadata).fields.some(({ name }) => name === HEADERS_COLUMN);
  }

  /**
   * Leaves a watermark before anything is decided, so that of two main tables which claim one
   * source at the same time one is first; false where another has it already.
   */
  async claim(): Promise<boolean> {
    for (;;) {
      const { metadata } = (this.#table = await this.#catalog.loadTable(this.#table.identifier));
      if (hasSourceOfOther(metadata, this.#mainTableUuid, this.#sourceId)) return false;
      if (readWatermarks(metadata)?.has(this.#key) === true) return true;
      const prepare = (base: TableMetadata): AttemptAdditions => {
        const isClaimed = hasSourceOfOther(base, this.#mainTableUuid, this.#sourceId);
        if (isClaimed) throw new AppliedByOther();
        return this.#advance(base, 0, 0);
      };
      try {
        await this.#append({ prepare });
      } catch (error) {
        if (!(error instanceof AppliedByOther)) throw error;
      }
    }
  }

  /** Writes the manifest that a main commit puts into its outbox. */
  async stage(dataFiles: readonly DataFile[]): Promise<StagedDeadLetters> {
    const { metadata } = this.#table;
    const manifest = await writeDetachedManifest(this.#table, dataFiles);
    return {
      table: metadata.tableUuid,
      schemaId: metadata.currentSchemaId,
      specId: manifest.partitionSpecId,
      manifest: manifest.manifestPath,
      length: manifest.manifestLength,
      rows: manifest.addedRowsCount,
    };
  }

  /** The highest sequence of this source that the table has; 0 for none. */
  async watermark(): Promise<number> {
    this.#table = await this.#catalog.loadTable(this.#table.identifier);
    return this.#watermarkOf(this.#table.metadata);
  }

  /**
   * Appends what the outbox holds, all of it or none, and answers the watermark that stands then;
   * a topic of dead letters has it before.
   * `DEAD_LETTERS_UNDONE` where the table no longer has what was applied before, or a manifest is
   * gone.
   */
  async apply(pending: readonly PendingManifest[], applied: number): Promise<number> {
    const watermark = await this.watermark();
    if (watermark < applied) throw this.#undone(`it is at sequence ${watermark}, not ${applied}`);
    const waiting = pending.filter(({ sequence }) => sequence > watermark);
    const through = Math.max(watermark, ...waiting.map(({ sequence }) => sequence));
    if (waiting.length === 0) return watermark;
    const manifests = await Promise.all(waiting.map((entry) => this.#readManifest(entry)));
    // Whoever sees them applied relies on it that the brokers have them.
    await this.#topic?.send(this.#table, manifests);
    const prepare = (base: TableMetadata): AttemptAdditions =>
      this.#advance(base, watermark, through);
    try {
      await this.#append({ manifests, prepare });
    } catch (error) {
      if (!(error instanceof AppliedByOther)) throw error;
    }
    return this.watermark();
  }

  /**
   * Removes the dead letters of an accepted rollback, when what the record has in its outbox from
   * before is applied, and raises the watermark to the sequence that accepted it; answers the
   * watermark that stands then.
   */
  async removeUndone(record: SourceRecord, undone: UndoneDeadLetters): Promise<number> {
    const through = record.undone?.through ?? 0;
    const left = record.pending.filter(({ sequence }) => sequence <= through);
    await this.apply(left, record.applied);
    for (;;) {
      const watermark = await this.watermark();
      if (watermark >= through) return watermark;
      const { currentSnapshotId } = this.#table.metadata;
      const deleteFiles = await deleteUndone(this.#table, undone);
      try {
        await this.#append({
          deleteFiles,
          prepare: (base) => {
            // Another writer may have moved the rows, or brought more.
            if (base.currentSnapshotId !== currentSnapshotId) throw new AppliedByOther();
            return this.#advance(base, watermark, through);
          },
        });
      } catch (error) {
        // The delete files stay as orphans: an attempt with them may have been sent.
        if (!(error instanceof AppliedByOther)) throw error;
      }
    }
  }

  /** Runs on each attempt: entries that are in the base are not appended a second time. */
  #advance(base: TableMetadata, watermark: number, through: number): AttemptAdditions {
    if (this.#watermarkOf(base) !== watermark) throw new AppliedByOther();
    const others = readWatermarks(base) ?? new Map<string, number>();
    const marks = new Map(others).set(this.#key, through);
    const entries = Object.fromEntries([...marks].map(([key, mark]) => [key, String(mark)]));
    return { summary: entries, setProperties: { [this.#key]: String(through) } };
  }

  async #append(request: AppendRequest): Promise<void> {
    try {
      await appendToTable({
        catalog: this.#catalog,
        table: this.#table,
        request,
        components: {
          random: this.#clock.random,
          sleep: (waitMs, { signal }) => sleep(this.#clock, waitMs, signal),
        },
      });
    } catch (error) {
      if (!(error instanceof IcebergError)) throw error;
      // Dropped since it was looked at, or another table has its name.
      if (error.code === "TABLE_NOT_FOUND") throw this.#undone(error.message);
      if (error.code !== "COMMIT_STATE_UNKNOWN") throw error;
      // It asserted the table that the next try is made from: at most one of them can be applied.
      throw new IcebergError(error.code, error.message, { cause: error, retryable: true });
    }
  }

  #watermarkOf(metadata: TableMetadata): number {
    return readWatermarks(metadata)?.get(this.#key) ?? 0;
  }

  async #readManifest(entry: PendingManifest): Promise<ManifestFile> {
    if (entry.table !== this.#table.metadata.tableUuid) {
      throw this.#undone(`records wait for table ${entry.table}, this is another`);
    }
    try {
      return await readDetachedManifest(this.#table, {
        manifestPath: entry.manifest,
        manifestLength: entry.length,
        partitionSpecId: entry.specId,
      });
    } catch (error) {
      if (!(error instanceof IcebergError) || error.code !== "FILE_NOT_FOUND") throw error;
      throw this.#undone(`manifest ${entry.manifest} is gone`);
    }
  }

  #undone(how: string): SinkError {
    const { name } = this.#table.identifier;
    return new SinkError(
      "DEAD_LETTERS_UNDONE",
      `the dead-letter table ${name} was undone: ${how}; restore it, or run ${UNDONE_WAY_ON}`,
    );
  }
}
