import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { type BatchHeader, hasRightCrc, readBatchHeader, readBatchSize } from "./batch-header.ts";
import type { BatchStorage } from "./batch-storage.ts";

/** A log is read in pieces when it is opened: it may be larger than memory, or than any buffer. */
const PIECE_SIZE = 1024 * 1024;

/**
 * Keeps batches in one file, appended as they come and never synced: they outlive the process, not
 * the machine. Bytes behind the last whole batch, which a process that was killed may have left,
 * are cut off when it recovers.
 */
export function openFileStorage(path: string): BatchStorage {
  const file = openSync(path, "a+");
  /** Where each batch begins, and where the next one will. */
  const starts = [0];
  let isOpen = true;
  // The system gives the number of a closed file to the next one that is opened.
  const openFile = (): number => {
    if (isOpen) return file;
    throw new Error(`${path} is closed`);
  };
  return {
    recover(onBatch) {
      const size = fstatSync(openFile()).size;
      const end = scan(file, size, (header) => {
        starts.push(endOf(starts) + header.size);
        onBatch(header);
      });
      if (end < size) ftruncateSync(file, end);
    },
    append(batch) {
      try {
        for (let written = 0; written < batch.length;) {
          written += writeSync(openFile(), batch, written);
        }
      } catch (error) {
        // Part of a batch would stand before all that follow.
        if (isOpen) ftruncateSync(file, endOf(starts));
        throw error;
      }
      starts.push(endOf(starts) + batch.length);
    },
    read(first, end) {
      const from = starts[first] ?? 0;
      return readAt(openFile(), from, (starts[end] ?? from) - from);
    },
    forget: () => undefined,
    close() {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
}

/** Visits the sound batches at the front of a file, with rising offsets; answers where they end. */
function scan(file: number, size: number, onBatch: (header: BatchHeader) => void): number {
  let position = 0;
  let nextOffset = 0;
  let pieceSize = PIECE_SIZE;
  while (position < size) {
    const piece = readAt(file, position, Math.min(pieceSize, size - position));
    let at = 0;
    for (;;) {
      const header = readBatchHeader(piece, at);
      if (header === undefined || !isSound(piece, at, header, nextOffset)) break;
      onBatch(header);
      nextOffset = header.baseOffset + header.lastOffsetDelta + 1;
      at += header.size;
    }
    position += at;
    pieceSize = PIECE_SIZE;
    if (at > 0) continue;
    // Either the batch is larger than the piece, or it is not whole.
    const batchSize = readBatchSize(piece, 0) ?? 0;
    if (batchSize <= piece.length || position + batchSize > size) break;
    pieceSize = batchSize;
  }
  return position;
}

function isSound(
  bytes: Buffer,
  start: number,
  { magic, baseOffset, lastOffsetDelta, size }: BatchHeader,
  nextOffset: number,
): boolean {
  const isPlaced = baseOffset >= nextOffset && lastOffsetDelta >= 0;
  return magic === 2 && isPlaced && hasRightCrc(bytes, start, size);
}

function readAt(file: number, position: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size;) {
    const count = readSync(file, bytes, at, size - at, position + at);
    if (count === 0) throw new Error(`a log ends at ${position + at}`);
    at += count;
  }
  return bytes;
}

function endOf(starts: readonly number[]): number {
  return starts.at(-1) ?? 0;
}
