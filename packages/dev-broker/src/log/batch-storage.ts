/** Where the batches of one partition are kept, in their order. */
export interface BatchStorage {
  /** Takes over the bytes of one batch. */
  append(batch: Buffer): void;
  /**
   * The bytes of the batches from number `first` to `end`, `end` excluded, one behind the other.
   */
  read(first: number, end: number): Buffer;
  /** What was there when it was opened. */
  recovered(): readonly Buffer[];
  close(): void;
}

/** Keeps batches in memory. */
export function createMemoryStorage(): BatchStorage {
  const batches: Buffer[] = [];
  return {
    append: (batch) => void batches.push(batch),
    read: (first, end) =>
      end - first === 1
        ? (batches[first] ?? Buffer.alloc(0))
        : Buffer.concat(batches.slice(first, end)),
    recovered: () => [],
    close: () => batches.splice(0),
  };
}
