/** Appends two kinds of batches to a log until its file may not grow: `<path>`. */
import { openFileStorage } from "../../src/log/file-storage.ts";
import { PartitionLog } from "../../src/log/partition-log.ts";
import { recordBatch } from "../record-batches.ts";

const log = new PartitionLog(openFileStorage(process.argv[2] ?? ""));
const append = (payloadSize: number): string => {
  try {
    return String(log.append(recordBatch({ payloadSize }), 10_000).baseOffset);
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "unknown";
  }
};
// 3061 bytes each, and 71.
process.stdout.write([3_000, 3_000, 3_000, 10].map(append).join(" "));
