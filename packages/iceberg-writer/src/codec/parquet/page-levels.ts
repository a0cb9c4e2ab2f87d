/** What a page says of its rows beside the values that are not null. */
export interface PageLevels {
  readonly rowCount: number;
  /** Nulls, and lists that are null or empty, included: as many as there are levels. */
  readonly valueCount: number;
  readonly nullCount: number;
  /** Bytes that are held. */
  readonly byteLength: number;
  clear(): void;
  encode(): EncodedLevels;
}

/** The levels of a page as hybrid runs, no length before them; a kind may have no bytes at all. */
export interface EncodedLevels {
  readonly rowCount: number;
  readonly valueCount: number;
  readonly nullCount: number;
  readonly repetition: Uint8Array;
  readonly definition: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

/** Those of a required column: its counts alone. */
export function withoutLevels({ rowCount, valueCount, nullCount }: PageLevels): EncodedLevels {
  return { rowCount, valueCount, nullCount, repetition: NO_BYTES, definition: NO_BYTES };
}

/** Bytes of both kinds of levels. */
export function levelByteLength({ repetition, definition }: EncodedLevels): number {
  return repetition.length + definition.length;
}
