import type { RecordChunk } from "@salon/kafka-io";
import type { DecodedRecords, RejectedRecord } from "@salon/schema";
import { deadLetterCause } from "../mapping/dead-letter-cause.ts";
import { addQualityCounts } from "../protocol/quality-counts.ts";
import { chunkOffsets } from "./chunk-rows.ts";

/** A record that became a dead letter, for people to look at. */
export interface RejectedSample {
  readonly cause: string;
  readonly partition: number;
  readonly offset: number;
  readonly field?: string | undefined;
  readonly message: string;
  /** The beginning of its value as text; absent for a null value. */
  readonly value?: string | undefined;
}

/** A data file that was written. */
export interface WrittenFile {
  readonly rows: number;
  readonly bytes: number;
}

/** What a unit came to, and what it took. */
export interface UnitFacts {
  readonly files: readonly WrittenFile[];
  /** Dead letters by cause. */
  readonly causes: ReadonlyMap<string, number>;
  /** The first of each cause. */
  readonly samples: readonly RejectedSample[];
  /** Records that broke each quality rule. */
  readonly broken: ReadonlyMap<string, number>;
  /** Records that the compiled decoder left to the general path. */
  readonly generalPathRecords: number;
  /** From its first chunk until its files were closed. */
  readonly fillMs: number;
  /** Time of decoding and checking, of writing rows, and of closing and staging files. */
  readonly decodeMs: number;
  readonly writeMs: number;
  readonly sealMs: number;
}

const SAMPLES_PER_CAUSE = 3;
const SAMPLE_BYTES = 200;

/** Gathers the facts of a unit while it is written. */
export class UnitFactsBuilder {
  readonly #causes = new Map<string, number>();
  readonly #samples: RejectedSample[] = [];
  readonly #broken = new Map<string, number>();
  #fillMs = 0;
  #files: readonly WrittenFile[] = [];
  #generalPathRecords = 0;
  #decodeMs = 0;
  #writeMs = 0;
  #sealMs = 0;

  /** Records that broke each quality rule, so far. */
  get broken(): ReadonlyMap<string, number> {
    return this.#broken;
  }

  addDecoded(
    { rejected, generalPathCount }: DecodedRecords,
    chunk: RecordChunk,
    broken: ReadonlyMap<string, number>,
  ): void {
    this.#generalPathRecords += generalPathCount;
    addQualityCounts(this.#broken, broken);
    if (rejected.length === 0) return;
    const offsets = chunkOffsets(chunk);
    for (const record of rejected) {
      const cause = deadLetterCause(record);
      const count = (this.#causes.get(cause) ?? 0) + 1;
      this.#causes.set(cause, count);
      if (count > SAMPLES_PER_CAUSE) continue;
      this.#samples.push(sampleOf(record, cause, chunk, offsets[record.index] ?? 0));
    }
  }

  addTimes({ decodeMs, writeMs }: Pick<UnitFacts, "decodeMs" | "writeMs">): void {
    this.#decodeMs += decodeMs;
    this.#writeMs += writeMs;
  }

  sealed({ files, fillMs, sealMs }: Pick<UnitFacts, "files" | "fillMs" | "sealMs">): void {
    this.#fillMs = fillMs;
    this.#files = files;
    this.#sealMs = sealMs;
  }

  finish(): UnitFacts {
    return {
      files: this.#files,
      causes: this.#causes,
      samples: this.#samples,
      broken: this.#broken,
      generalPathRecords: this.#generalPathRecords,
      fillMs: this.#fillMs,
      decodeMs: this.#decodeMs,
      writeMs: this.#writeMs,
      sealMs: this.#sealMs,
    };
  }
}

function sampleOf(
  { index, field, message }: RejectedRecord,
  cause: string,
  { partition, buffer, valueStarts, valueEnds }: RecordChunk,
  offset: number,
): RejectedSample {
  const start = valueStarts[index] ?? -1;
  const end = Math.min(valueEnds[index] ?? -1, start + SAMPLE_BYTES);
  const value = start < 0 ? undefined : new TextDecoder().decode(buffer.subarray(start, end));
  return { cause, partition, offset, field, message, value };
}
