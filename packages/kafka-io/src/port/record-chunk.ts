/** Consecutive offsets of records in a chunk. */
export interface OffsetRun {
  /** Offset of the run's first record; the next ones follow without a gap. */
  readonly baseOffset: number;
  readonly count: number;
}

/**
 * Records of one partition as a driver delivers them, whatever the driver: values are slices of one
 * buffer, and nothing is allocated per record. Offsets are safe integers. The memory of the buffer
 * and of the arrays is used again once the promise of `onChunk` is done: copy what is to be kept.
 */
export interface RecordChunk {
  readonly topic: string;
  readonly partition: number;
  /** The offset that was asked for; the chunk covers `[requestedOffset, nextOffset)` whole. */
  readonly requestedOffset: number;
  /**
   * The last complete batch's base offset + last offset delta + 1, also where no record of it is
   * left. Offsets of the range that are in no run are gaps: control records, aborted or compacted
   * ones.
   */
  readonly nextOffset: number;
  /** Number of records; 0 for progress without records. */
  readonly count: number;
  readonly runs: readonly OffsetRun[];
  /** Holds keys, values and headers; at least 64 bytes of slack follow the last of them. */
  readonly buffer: Uint8Array;
  /** Value `i` is `buffer[valueStarts[i] .. valueEnds[i]]`; a start of -1 is a null value. */
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  /** As for values. */
  readonly keyStarts: Int32Array;
  readonly keyEnds: Int32Array;
  /**
   * Where the headers of record `i` lie in the buffer, as they were written, for `recordHeaders` to
   * read; -1 for a record without any. Absent where no record has some.
   */
  readonly headerStarts?: Int32Array | undefined;
  readonly headerEnds?: Int32Array | undefined;
  /** Record timestamps in milliseconds since 1970; -1 where Kafka has none. */
  readonly timestampsMs: Float64Array;
}
