import { SAMPLES_PER_CAUSE } from "../encoding/chunk-facts.ts";
import type { ChunkFacts, RejectedSample } from "../encoding/chunk-facts.ts";
import type { EncodedChunk } from "../encoding/encoders.ts";
import { addQualityCounts } from "../protocol/quality-counts.ts";

/** A data file that was written. */
export interface WrittenFile {
  readonly rows: number;
  readonly bytes: number;
}

/** What a unit came to, and what it took. */
export interface UnitFacts extends ChunkFacts {
  readonly files: readonly WrittenFile[];
  /** From its first chunk until its files were closed. */
  readonly fillMs: number;
  /**
   * Time of decoding and checking, of writing rows, and of closing and staging files: the sum over
   * threads.
   */
  readonly decodeMs: number;
  readonly writeMs: number;
  readonly sealMs: number;
}

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

  /** Chunks are added in the order of their offsets. */
  add({ facts, decodeMs, writeMs }: EncodedChunk): void {
    this.#generalPathRecords += facts.generalPathRecords;
    addQualityCounts(this.#broken, facts.broken);
    for (const sample of facts.samples) {
      const known = this.#samples.filter(({ cause }) => cause === sample.cause);
      if (known.length < SAMPLES_PER_CAUSE) this.#samples.push(sample);
    }
    addQualityCounts(this.#causes, facts.causes);
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
