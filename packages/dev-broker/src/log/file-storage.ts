import { closeSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { hasRightCrc, readBatchHeader } from "./batch-header.ts";
import type { BatchStorage } from "./batch-storage.ts";

/**
 * Keeps batches in one file, appended as they come and never synced: they outlive the process, not
 * the machine. Bytes behind the last whole batch, which a process that was killed may have left,
 * are cut off when the file is opened.
 */
export function openFileStorage(path: string): BatchStorage {
  const file = openSync(path, "a+");
  const content = readFileSync(path);
  const recovered = wholeBatches(content);
  /** Where each batch begins, and where the next one will. */
  const starts = [0];
  for (const batch of recovered) starts.push(endOf(starts) + batch.length);
  if (content.length > endOf(starts)) ftruncateSync(file, endOf(starts));
  return {
    append(batch) {
      for (let written = 0; written < batch.length;) written += writeSync(file, batch, written);
      starts.push(endOf(starts) + batch.length);
    },
    read(first, end) {
      const from = starts[first] ?? 0;
      const bytes = Buffer.allocUnsafe((starts[end] ?? from) - from);
      for (let at = 0; at < bytes.length;) {
        const count = readSync(file, bytes, at, bytes.length - at, from + at);
        if (count === 0) throw new Error(`${path} ends at ${from + at}`);
        at += count;
      }
      return bytes;
    },
    recovered: () => recovered,
    close: () => closeSync(file),
  };
}

function wholeBatches(content: Buffer): readonly Buffer[] {
  const batches: Buffer[] = [];
  for (let at = 0; ;) {
    const header = readBatchHeader(content, at);
    if (header === undefined || !hasRightCrc(content, at, header.size)) return batches;
    batches.push(content.subarray(at, at + header.size));
    at += header.size;
  }
}

function endOf(starts: readonly number[]): number {
  return starts.at(-1) ?? 0;
}
