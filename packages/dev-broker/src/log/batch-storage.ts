import type { BatchHeader } from "./batch-header.ts";

/** Where the batches of one partition are kept, by their number in its order. */
export interface BatchStorage {
  /** Tells of the batches of an earlier run, in their order. To be called once, first. */
  recover(onBatch: (header: BatchHeader) => void): void;
  /** Takes over the bytes of one batch. Throws where it cannot keep them, and has none of them. */
  append(batch: Buffer): void;
  /**
   * The bytes of the batches from number `first` to `end`, `end` excluded, one behind the other.
   */
  read(first: number, end: number): Buffer;
  /** The batches before number `end` are not read any more. Numbers stay as they are. */
  forget(end: number): void;
  close(): void;
}

/** Keeps batches in memory. */
export function createMemoryStorage(): BatchStorage {
  const batches: Buffer[] = [];
  let forgotten = 0;
  return {
    recover: () => undefined,
    append: (batch) => void batches.push(batch),
    read(first, end) {
      const wanted = batches.slice(first - forgotten, end - forgotten);
      return wanted.length === 1 ? (wanted[0] ?? Buffer.alloc(0)) : Buffer.concat(wanted);
    },
    forget(end) {
      batches.splice(0, end - forgotten);
      forgotten = end;
    },
    close: () => batches.splice(0),
  };
}
