import type { RecordChunk } from "../packages/kafka-io/src/index.ts";
import { createMemoryFileIo } from "../packages/iceberg-writer/src/io/memory-file-io.ts";
import { newTableMetadata } from "../packages/iceberg-writer/src/spec/new-table-metadata.ts";
import { openTableWriter } from "../packages/iceberg-writer/src/index.ts";
import { createDecoder, ratingsSchema } from "../packages/schema/src/index.ts";
import { bronzeLayout } from "../packages/sink/src/index.ts";
import { chunkRows } from "../packages/sink/src/encoding/chunk-rows.ts";
import { cpuSecondsSince, timeRound } from "./rounds.ts";
import type { Round } from "./rounds.ts";

/** When every row was processed: a constant, as it is for the rows of a chunk. */
const PROCESSED_AT_MS = Date.UTC(2025, 0, 15, 10, 30);

/** By day as the sink does it, or all rows in one file. */
export type FileLayout = "by-day" | "one-file";

/** A round of JSON -> Parquet. */
export interface ParquetRound extends Round {
  /** Of {@link cpuSeconds}, those that decoding did not take. */
  readonly encodeCpuSeconds: number;
  readonly fileBytes: number;
  readonly fileCount: number;
}

/**
 * Rounds of decoding chunks and writing them as zstd Parquet with bounds, every column optional,
 * into files in memory. One decoder serves all rounds, as it serves all units of a sink.
 */
export function parquetRounds(
  chunks: readonly RecordChunk[],
  fileLayout: FileLayout,
  properties: Readonly<Record<string, string>> = {},
): () => Promise<ParquetRound> {
  const { schema, partitionSpec } = bronzeLayout(ratingsSchema, "string");
  const isByDay = fileLayout === "by-day";
  const metadata = newTableMetadata(
    { schema, ...(isByDay && { partitionSpec }), location: "memory://ratings", properties },
    { uuid: "00000000-0000-4000-8000-000000000000", nowMs: 0 },
  );
  const decoder = createDecoder(ratingsSchema, { lendsColumns: true });
  return async () => {
    let decodeCpuSeconds = 0;
    const { result: files, ...round } = await timeRound(async () => {
      await using writer = openTableWriter({ table: { metadata, fileIo: createMemoryFileIo() } });
      for (const chunk of chunks) {
        const { buffer, valueStarts, valueEnds, count } = chunk;
        const startCpu = process.cpuUsage();
        const decoded = decoder.decode(buffer, valueStarts, valueEnds, count);
        decodeCpuSeconds += cpuSecondsSince(startCpu);
        const origin = { chunk, processedAtMs: PROCESSED_AT_MS };
        const columns = { dateTimes: {}, processedTimestamp: "timestamptz" } as const;
        await writer.write(chunkRows(decoded, origin, columns));
      }
      return writer.close();
    });
    return {
      ...round,
      encodeCpuSeconds: round.cpuSeconds - decodeCpuSeconds,
      fileBytes: files.reduce((sum, file) => sum + file.fileSizeInBytes, 0),
      fileCount: files.length,
    };
  };
}
