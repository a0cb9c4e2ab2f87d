import { randomUUID } from "node:crypto";
import type { Schema, StagedAppend } from "@salon/iceberg-writer";
import { currentSchema, newSnapshotId } from "@salon/iceberg-writer";
import type { RecordChunk } from "@salon/kafka-io";
import type { EventSchema } from "@salon/schema";
import type { Encoders, UnitEncoder } from "../encoding/encoders.ts";
import { bindTable } from "../mapping/table-binding.ts";
import type { StagedDeadLetters } from "../protocol/own-commit.ts";
import type { CommitTarget } from "./commit-target.ts";
import type { DeadLetterTable } from "./dead-letter-table.ts";
import type { SinkClock } from "./sink-clock.ts";
import type { StagedUnit } from "./staged-unit.ts";
import { UnitFactsBuilder } from "./unit-facts.ts";
import type { UnitFacts } from "./unit-facts.ts";

/** What the units are written with. */
export interface UnitStoreParts {
  readonly target: CommitTarget;
  /** Absent: an invalid record ends the sink. */
  readonly deadLetters?: DeadLetterTable | undefined;
  readonly events: EventSchema;
  readonly timeZone: string;
  readonly encoders: Encoders;
  /** Bytes of rows that one unit's writers may hold. */
  readonly writerMemoryBytes: number;
  readonly nowMs: () => number;
  readonly onTrouble: (error: Error) => void;
  readonly clock: SinkClock;
}

/** What a chunk came to. */
export interface WrittenChunk {
  readonly rows: number;
  readonly dead: number;
  /** Estimated bytes of Parquet of the unit so far. */
  readonly unitBytes: number;
  /** Bytes of memory that all units hold. */
  readonly bufferedBytes: number;
}

interface Unit {
  readonly snapshotId: bigint;
  readonly schema: Schema;
  readonly encoder: UnitEncoder;
  readonly facts: UnitFactsBuilder;
  /** Of the clock. */
  readonly openedAtMs: number;
  staged?: StagedAppend | undefined;
}

/**
 * The data files of the units that are not settled yet. Sealing and dropping a unit wait for the
 * calls before.
 */
export class UnitStore {
  readonly #parts: UnitStoreParts;
  readonly #units = new Map<number, Unit>();
  /** Per unit, the end of all its calls. */
  readonly #tails = new Map<number, Promise<unknown>>();

  constructor(parts: UnitStoreParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when there is room for another chunk beside those that are being written; undefined
   * where one is written after the other.
   */
  room(): Promise<void> | undefined {
    return this.#parts.encoders.room?.();
  }

  /**
   * Decodes a chunk and writes its records; `INVALID_RECORD` where they may not become dead
   * letters. What the chunk holds is gone from here on.
   */
  async write(unitId: number, chunk: RecordChunk): Promise<WrittenChunk> {
    const unit = this.#units.get(unitId) ?? this.#open(unitId);
    const encoding = unit.encoder.write(chunk, this.#parts.nowMs());
    this.#follow(unitId, encoding);
    const encoded = await encoding;
    unit.facts.add(encoded);
    const { rows, dead } = encoded;
    const unitBytes = unit.encoder.estimatedBytes;
    return { rows, dead, unitBytes, bufferedBytes: this.#bufferedBytes() };
  }

  /** Closes the unit's files and stages its commit; answers its dead letters, if it has any. */
  seal(unitId: number): Promise<StagedDeadLetters | undefined> {
    return this.#inTurn(unitId, async () => {
      const unit = this.#units.get(unitId) ?? this.#open(unitId);
      const { deadLetters, target, clock } = this.#parts;
      const startMs = clock.nowMs();
      const { dataFiles, deadLetterFiles } = await unit.encoder.close();
      const staged =
        deadLetterFiles.length === 0 ? undefined : await deadLetters?.stage(deadLetterFiles);
      unit.staged = await target.stage({ dataFiles, snapshotId: unit.snapshotId });
      const files = dataFiles.map(({ recordCount: rows, fileSizeInBytes: bytes }) => ({
        rows,
        bytes,
      }));
      const fillMs = startMs - unit.openedAtMs;
      unit.facts.sealed({ files, fillMs, sealMs: clock.nowMs() - startMs });
      return staged;
    });
  }

  /** The commit of a sealed unit. */
  staged(unitId: number): StagedUnit {
    const { staged: append, schema, facts } = this.#units.get(unitId) ?? {};
    if (append === undefined || schema === undefined || facts === undefined) {
      throw new Error(`unit ${unitId} is not sealed`);
    }
    return { append, schema, quality: facts.broken };
  }

  /** Forgets a unit that is committed; answers what it came to. */
  release(unitId: number): UnitFacts | undefined {
    const unit = this.#units.get(unitId);
    this.#units.delete(unitId);
    this.#tails.delete(unitId);
    return unit?.facts.finish();
  }

  /** Gives a unit up; its files are deleted where nothing can refer to them. */
  drop(unitId: number, keepFiles: boolean): Promise<void> {
    return this.#inTurn(unitId, async () => {
      const unit = this.#units.get(unitId);
      this.release(unitId);
      if (unit === undefined || keepFiles) return;
      try {
        if (unit.staged !== undefined) await unit.staged.discard();
        await unit.encoder[Symbol.asyncDispose]();
      } catch (error) {
        // The files stay as orphans, which is no harm to the table.
        this.#parts.onTrouble(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  /** Gives up what was never sent; sealed units stay, for they may be committed already. */
  async dropAll(): Promise<void> {
    for (const [unitId, unit] of this.#units) await this.drop(unitId, unit.staged !== undefined);
  }

  #open(unitId: number): Unit {
    const { target, deadLetters, events, timeZone, encoders, clock } = this.#parts;
    const { table } = target;
    const schema = currentSchema(table.metadata);
    const snapshotId = newSnapshotId(randomUUID);
    const unit: Unit = {
      snapshotId,
      schema,
      facts: new UnitFactsBuilder(),
      openedAtMs: clock.nowMs(),
      encoder: encoders.openUnit({
        snapshotId,
        table,
        binding: bindTable(schema, events, timeZone, table.identifier.name),
        deadLetters: deadLetters && {
          table: deadLetters.table,
          hasHeaders: deadLetters.hasHeaders,
        },
        memoryLimitBytes: this.#parts.writerMemoryBytes,
      }),
    };
    this.#units.set(unitId, unit);
    return unit;
  }

  #bufferedBytes(): number {
    let bytes = 0;
    for (const { encoder } of this.#units.values()) bytes += encoder.bufferedBytes;
    return bytes;
  }

  #inTurn<T>(unitId: number, call: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(unitId) ?? Promise.resolve();
    const result = before.then(call);
    this.#follow(unitId, result);
    return result;
  }

  #follow(unitId: number, call: Promise<unknown>): void {
    this.#tails.set(unitId, Promise.allSettled([this.#tails.get(unitId), call]));
  }
}
