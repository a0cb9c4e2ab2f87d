import { openTableWriter } from "@salon/iceberg-writer";
import type { TableWriter } from "@salon/iceberg-writer";
import type { RecordChunk } from "@salon/kafka-io";
import type { DecodedRecords } from "@salon/schema";
import { deadLetterCause } from "../mapping/dead-letter-cause.ts";
import { SinkError } from "../sink-error.ts";
import { chunkFacts } from "./chunk-facts.ts";
import { chunkOffsets, chunkRows, deadLetterRows } from "./chunk-rows.ts";
import type { ChunkOrigin } from "./chunk-rows.ts";
import type { EncodedChunk, EncodedUnit, Encoders, UnitEncoder, UnitForm } from "./encoders.ts";
import { RecordDecoder } from "./record-decoder.ts";
import type { RecordForm } from "./record-decoder.ts";

/** What units are written with beside their forms. */
export interface UnitWriterParts {
  readonly decoder: RecordDecoder;
  /** Milliseconds since any moment. */
  readonly nowMs: () => number;
}

/** Encodes in the thread that calls. */
export function encodeHere(form: RecordForm, nowMs: () => number): Encoders {
  const parts = { decoder: new RecordDecoder(form), nowMs };
  return {
    openUnit: (unit) => new UnitWriter(unit, parts),
    async [Symbol.asyncDispose]() {},
  };
}

/** Decodes chunks and writes their rows, in the thread that calls, one after the other. */
export class UnitWriter implements UnitEncoder {
  readonly #form: UnitForm;
  readonly #parts: UnitWriterParts;
  readonly #rows: TableWriter;
  #deadLetters: TableWriter | undefined;
  /** The end of the last call. */
  #tail: Promise<unknown> = Promise.resolve();

  constructor(form: UnitForm, parts: UnitWriterParts) {
    const { table, memoryLimitBytes } = form;
    this.#form = form;
    this.#parts = parts;
    this.#rows = openTableWriter({ table, memoryLimitBytes });
  }

  get estimatedBytes(): number {
    return this.#rows.estimatedBytes + (this.#deadLetters?.estimatedBytes ?? 0);
  }

  get bufferedBytes(): number {
    return this.#rows.bufferedBytes + (this.#deadLetters?.bufferedBytes ?? 0);
  }

  write(chunk: RecordChunk, processedAtMs: number): Promise<EncodedChunk> {
    return this.#inTurn(async () => {
      const { decoder, nowMs } = this.#parts;
      const startMs = nowMs();
      return decoder.decode(chunk, this.#form.binding, async (checked) => {
        const facts = chunkFacts(checked, chunk);
        const decodedMs = nowMs();
        const { decoded } = checked;
        await this.#writeRows(decoded, { chunk, processedAtMs });
        const [rows, dead] = [decoded.batch.rowCount, decoded.rejected.length];
        return { rows, dead, facts, decodeMs: decodedMs - startMs, writeMs: nowMs() - decodedMs };
      });
    });
  }

  async #writeRows(decoded: DecodedRecords, origin: ChunkOrigin): Promise<void> {
    const { binding, snapshotId: decidedBy, deadLetters } = this.#form;
    if (decoded.rejected.length > 0) {
      if (deadLetters === undefined) throw invalidRecord(decoded, origin.chunk);
      const { table, hasHeaders } = deadLetters;
      this.#deadLetters ??= openTableWriter({ table });
      await this.#deadLetters.write(deadLetterRows(decoded, origin, { decidedBy, hasHeaders }));
    }
    if (decoded.batch.rowCount > 0) await this.#rows.write(chunkRows(decoded, origin, binding));
  }

  close(): Promise<EncodedUnit> {
    return this.#inTurn(async () => {
      const dataFiles = await this.#rows.close();
      return { dataFiles, deadLetterFiles: (await this.#deadLetters?.close()) ?? [] };
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#inTurn(async () => {
      await this.#rows[Symbol.asyncDispose]();
      await this.#deadLetters?.[Symbol.asyncDispose]();
    });
  }

  #inTurn<T>(call: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(call);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

function invalidRecord({ rejected: [first] }: DecodedRecords, chunk: RecordChunk): SinkError {
  const offset = chunkOffsets(chunk)[first?.index ?? 0];
  return new SinkError(
    "INVALID_RECORD",
    `the record at offset ${offset} of partition ${chunk.partition} of topic ${chunk.topic} ` +
      `is invalid (${first && deadLetterCause(first)}: ${first?.message}); --on-invalid dead-letters goes on ` +
      `and keeps such records aside`,
  );
}
