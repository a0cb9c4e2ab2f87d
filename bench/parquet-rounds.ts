import type { RecordChunk } from "../packages/kafka-io/src/index.ts";
import { createMemoryFileIo } from "../packages/iceberg-writer/src/io/memory-file-io.ts";
import { newTableMetadata } from "../packages/iceberg-writer/src/spec/new-table-metadata.ts";
import { openTableWriter } from "../packages/iceberg-writer/src/index.ts";
import { createDecoder, ratingsSchema } from "../packages/schema/src/index.ts";
import { bronzeLayout } from "../packages/sink/src/index.ts";
import { chunkRows } from "../packages/sink/src/encoding/chunk-rows.ts";
import { medianBy } from "./measured.ts";

const WARM_UP_ROUNDS = 2;
const PROCESSED_AT_MS = Date.UTC(2025, 0, 15, 10, 30);

/** A round of JSON -> Parquet. */
export interface ParquetRound {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly fileBytes: number;
  readonly fileCount: number;
}

/**
 * The median round of decoding chunks and writing them as zstd Parquet with bounds, every column
 * optional, into files in memory: by day as the sink does it, or all rows in one file.
 */
export async function measureParquet(
  chunks: readonly RecordChunk[],
  settings: { readonly layout: "by-day" | "one-file"; readonly runs: number },
): Promise<ParquetRound> {
  const { schema, partitionSpec } = bronzeLayout(ratingsSchema, "string");
  const isByDay = settings.layout === "by-day";
  const metadata = newTableMetadata(
    { schema, ...(isByDay && { partitionSpec }), location: "memory://ratings" },
    { uuid: "00000000-0000-4000-8000-000000000000", nowMs: 0 },
  );
  const decoder = createDecoder(ratingsSchema, { lendsColumns: true });
  const round = async (): Promise<ParquetRound> => {
    const startMs = performance.now();
    const startCpu = process.cpuUsage();
    await using writer = openTableWriter({ table: { metadata, fileIo: createMemoryFileIo() } });
    for (const chunk of chunks) {
      const { buffer, valueStarts, valueEnds, count } = chunk;
      const decoded = decoder.decode(buffer, valueStarts, valueEnds, count);
      const origin = { chunk, processedAtMs: PROCESSED_AT_MS };
      const columns = { dateTimes: {}, processedTimestamp: "timestamptz" } as const;
      await writer.write(chunkRows(decoded, origin, columns));
    }
    const files = await writer.close();
    const { user, system } = process.cpuUsage(startCpu);
    return {
      seconds: (performance.now() - startMs) / 1000,
      cpuSeconds: (user + system) / 1e6,
      fileBytes: files.reduce((sum, file) => sum + file.fileSizeInBytes, 0),
      fileCount: files.length,
    };
  };
  const rounds: ParquetRound[] = [];
  for (let index = 0; index < WARM_UP_ROUNDS + settings.runs; index++) rounds.push(await round());
  return medianBy(rounds.slice(WARM_UP_ROUNDS), ({ seconds }) => seconds);
}
