import type { ByteWriter } from "hyparquet-writer";

/** What a page says of its rows beside the values that are not null. */
export interface PageLevels {
  readonly rowCount: number;
  /** Nulls, and lists that are null or empty, included: as many as there are levels. */
  readonly valueCount: number;
  readonly nullCount: number;
  /** Bytes that are held. */
  readonly byteLength: number;
  clear(): void;
  /** Appends the levels as data page v1 has them. */
  write(writer: ByteWriter): void;
}
