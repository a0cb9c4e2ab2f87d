import { createRatingGenerator } from "../packages/generator/src/index.ts";
import type { RecordChunk } from "../packages/kafka-io/src/index.ts";

/** About what a fetch of a few megabytes brings. */
const CHUNK_ROWS = 20_000;

/** Clean ratings of three days as chunks of eight partitions. */
export function ratingChunks(rowCount: number, seed: number): readonly RecordChunk[] {
  const [from, to] = ["2025-01-15T00:00:00", "2025-01-18T00:00:00"];
  const timestamps = { kind: "history", from, to, count: rowCount } as const;
  const generator = createRatingGenerator({ seed, timestamps });
  const chunks: RecordChunk[] = [];
  for (let done = 0; done < rowCount; done += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, rowCount - done);
    const { buffer, valueStarts, valueEnds } = generator.nextBatch(count);
    chunks.push({
      topic: "nail_salon_ratings",
      partition: chunks.length % 8,
      requestedOffset: done,
      nextOffset: done + count,
      count,
      runs: [{ baseOffset: done, count }],
      buffer,
      valueStarts,
      valueEnds,
      keyStarts: new Int32Array(count).fill(-1),
      keyEnds: new Int32Array(count).fill(-1),
      timestampsMs: new Float64Array(count).fill(-1),
    });
  }
  return chunks;
}
