import { randomUUID } from "node:crypto";
import type { Schema, StagedAppend, TableWriter } from "@salon/iceberg-writer";
import { currentSchema, newSnapshotId, openTableWriter } from "@salon/iceberg-writer";
import type { RecordChunk } from "@salon/kafka-io";
import { createDecoder, createQualityGate } from "@salon/schema";
import type { DecodedRecords, Decoder, EventSchema, QualityGate, QualityRule } from "@salon/schema";
import { deadLetterCause } from "../mapping/dead-letter-cause.ts";
import type { TableBinding } from "../mapping/table-binding.ts";
import { bindTable } from "../mapping/table-binding.ts";
import type { StagedDeadLetters } from "../protocol/own-commit.ts";
import { SinkError } from "../sink-error.ts";
import { chunkOffsets, chunkRows, deadLetterRows } from "./chunk-rows.ts";
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
  /** What valid records are held to besides; nothing if absent. */
  readonly rules?: readonly QualityRule[] | undefined;
  /** Of `local-date-time` fields that become instants, or that rules compare with them. */
  readonly timeZone: string;
  /** Bytes of rows that one unit's writer may hold. */
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
  /** Drawn when the unit is opened: dead letters name the snapshot that decides them. */
  readonly snapshotId: bigint;
  readonly schema: Schema;
  readonly binding: TableBinding;
  readonly decoder: Decoder;
  readonly rows: TableWriter;
  readonly facts: UnitFactsBuilder;
  /** Of the clock. */
  readonly openedAtMs: number;
  deadLetters?: { readonly writer: TableWriter; readonly hasHeaders: boolean } | undefined;
  staged?: StagedAppend | undefined;
}

/** The data files of the units that are not settled yet. One call at a time per unit. */
export class UnitStore {
  readonly #parts: UnitStoreParts;
  readonly #units = new Map<number, Unit>();
  readonly #decoders = new Map<string, Decoder>();
  readonly #gate: QualityGate;
  /** Per unit, the end of its last call. */
  readonly #tails = new Map<number, Promise<unknown>>();

  constructor(parts: UnitStoreParts) {
    this.#parts = parts;
    const { events: schema, rules = [], timeZone } = parts;
    this.#gate = createQualityGate({ schema, rules, timeZone });
  }

  /**
   * Decodes a chunk and writes its records; `INVALID_RECORD` where they may not become dead
   * letters.
   */
  write(unitId: number, chunk: RecordChunk): Promise<WrittenChunk> {
    return this.#inTurn(unitId, async () => {
      const unit = this.#units.get(unitId) ?? this.#open(unitId);
      const { clock } = this.#parts;
      const startMs = clock.nowMs();
      const { buffer, valueStarts, valueEnds, count } = chunk;
      const valid = unit.decoder.decode(buffer, valueStarts, valueEnds, count);
      const { decoded, broken } = this.#gate.check(valid, chunk.timestampsMs);
      unit.facts.addDecoded(decoded, chunk, broken);
      const decodedMs = clock.nowMs();
      const origin = { chunk, processedAtMs: this.#parts.nowMs() };
      if (decoded.rejected.length > 0) {
        const { writer, hasHeaders } = this.#deadLetterWriter(unit, decoded, chunk);
        const form = { decidedBy: unit.snapshotId, hasHeaders };
        await writer.write(deadLetterRows(decoded, origin, form));
      }
      if (decoded.batch.rowCount > 0) {
        await unit.rows.write(chunkRows(decoded, origin, unit.binding));
      }
      const writeMs = clock.nowMs() - decodedMs;
      unit.facts.addTimes({ decodeMs: decodedMs - startMs, writeMs });
      return {
        rows: decoded.batch.rowCount,
        dead: decoded.rejected.length,
        unitBytes: unit.rows.estimatedBytes + (unit.deadLetters?.writer.estimatedBytes ?? 0),
        bufferedBytes: this.#bufferedBytes(),
      };
    });
  }

  /** Closes the unit's files and stages its commit; answers its dead letters, if it has any. */
  seal(unitId: number): Promise<StagedDeadLetters | undefined> {
    return this.#inTurn(unitId, async () => {
      const unit = this.#units.get(unitId) ?? this.#open(unitId);
      const { deadLetters, target, clock } = this.#parts;
      const startMs = clock.nowMs();
      const dataFiles = await unit.rows.close();
      const deadFiles = (await unit.deadLetters?.writer.close()) ?? [];
      const staged = deadFiles.length === 0 ? undefined : await deadLetters?.stage(deadFiles);
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
        await unit.rows[Symbol.asyncDispose]();
        await unit.deadLetters?.writer[Symbol.asyncDispose]();
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
    const { target, events, timeZone, writerMemoryBytes, clock } = this.#parts;
    const { table } = target;
    const schema = currentSchema(table.metadata);
    const binding = bindTable(schema, events, timeZone, table.identifier.name);
    const unit: Unit = {
      snapshotId: newSnapshotId(randomUUID),
      schema,
      binding,
      decoder: this.#decoder(binding),
      facts: new UnitFactsBuilder(),
      openedAtMs: clock.nowMs(),
      rows: openTableWriter({
        table,
        schemaId: schema.schemaId,
        memoryLimitBytes: writerMemoryBytes,
      }),
    };
    this.#units.set(unitId, unit);
    return unit;
  }

  /** Decoders are kept: each has learnt how the producers of the topic write. */
  #decoder(binding: TableBinding): Decoder {
    const key = JSON.stringify(binding.dateTimes);
    let decoder = this.#decoders.get(key);
    if (decoder === undefined) {
      decoder = createDecoder(this.#parts.events, { dateTimes: binding.dateTimes });
      this.#decoders.set(key, decoder);
    }
    return decoder;
  }

  #deadLetterWriter(
    unit: Unit,
    decoded: DecodedRecords,
    chunk: RecordChunk,
  ): NonNullable<Unit["deadLetters"]> {
    const { deadLetters } = this.#parts;
    if (deadLetters === undefined) {
      const [first] = decoded.rejected;
      const offset = chunkOffsets(chunk)[first?.index ?? 0];
      throw new SinkError(
        "INVALID_RECORD",
        `the record at offset ${offset} of partition ${chunk.partition} of topic ${chunk.topic} ` +
          `is invalid (${first && deadLetterCause(first)}: ${first?.message}); --on-invalid dead-letters goes on ` +
          `and keeps such records aside`,
      );
    }
    const { hasHeaders } = deadLetters;
    unit.deadLetters ??= { writer: deadLetters.openWriter(), hasHeaders };
    return unit.deadLetters;
  }

  #bufferedBytes(): number {
    let bytes = 0;
    for (const { rows, deadLetters } of this.#units.values()) {
      bytes += rows.bufferedBytes + (deadLetters?.writer.bufferedBytes ?? 0);
    }
    return bytes;
  }

  #inTurn<T>(unitId: number, call: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(unitId) ?? Promise.resolve();
    const result = before.then(call, call);
    this.#tails.set(
      unitId,
      result.catch(() => undefined),
    );
    return result;
  }
}
