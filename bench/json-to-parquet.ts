/**
 * JSON bytes of ratings -> zstd Parquet with bounds, in memory, on one thread. Run by
 * `node --conditions=@salon/source bench/json-to-parquet.ts [rows] [seed]`.
 */
import { createMemoryFileIo } from "../packages/iceberg-writer/src/io/memory-file-io.ts";
import { newTableMetadata } from "../packages/iceberg-writer/src/spec/new-table-metadata.ts";
import { openTableWriter } from "../packages/iceberg-writer/src/index.ts";
import { createDecoder, ratingsSchema } from "../packages/schema/src/index.ts";
import { bronzeLayout } from "../packages/sink/src/index.ts";
import { chunkRows } from "../packages/sink/src/shell/chunk-rows.ts";
import { describeMachine, medianBy, peakMemoryMib } from "./measured.ts";
import { ratingChunks } from "./rating-chunks.ts";

const ROUNDS = 7;
const WARM_UP_ROUNDS = 2;

const [rowText = "1000000", seedText = "1"] = process.argv.slice(2);
const rowCount = Number(rowText);
const chunks = ratingChunks(rowCount, Number(seedText));
const valueBytes = chunks.reduce((sum, { valueEnds, valueStarts, count }) => {
  return sum + valueEnds[count - 1]! - valueStarts[0]!;
}, 0);
const metadata = newTableMetadata(
  { ...bronzeLayout(ratingsSchema, "string"), location: "memory://ratings" },
  { uuid: "00000000-0000-4000-8000-000000000000", nowMs: 0 },
);
const decoder = createDecoder(ratingsSchema);

async function round(): Promise<{ seconds: number; cpuSeconds: number; bytes: number }> {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  await using writer = openTableWriter({ table: { metadata, fileIo: createMemoryFileIo() } });
  for (const chunk of chunks) {
    const { buffer, valueStarts, valueEnds, count } = chunk;
    const decoded = decoder.decode(buffer, valueStarts, valueEnds, count);
    const origin = { chunk, processedAtMs: 1_736_937_000_000 };
    await writer.write(
      chunkRows(decoded, origin, { dateTimes: {}, processedTimestamp: "timestamptz" }),
    );
  }
  const files = await writer.close();
  const { user, system } = process.cpuUsage(startCpu);
  return {
    seconds: (performance.now() - startMs) / 1000,
    cpuSeconds: (user + system) / 1e6,
    bytes: files.reduce((sum, file) => sum + file.fileSizeInBytes, 0),
  };
}

const rounds: Awaited<ReturnType<typeof round>>[] = [];
for (let index = 0; index < ROUNDS; index++) rounds.push(await round());
const median = medianBy(rounds.slice(WARM_UP_ROUNDS), ({ seconds }) => seconds);
console.log(describeMachine());
console.log(
  `${rowCount} rows of ${(valueBytes / rowCount).toFixed(0)} bytes in 3 partitions, ` +
    `seed ${seedText}, median of ${ROUNDS - WARM_UP_ROUNDS} rounds`,
);
console.log(
  `JSON -> zstd Parquet: ${Math.round(rowCount / median.seconds).toLocaleString("en")} rows/s, ` +
    `${((median.cpuSeconds / rowCount) * 1e6).toFixed(3)} CPU-s per million rows, ` +
    `${(median.bytes / rowCount).toFixed(2)} bytes a row`,
);
console.log(`peak memory ${peakMemoryMib()} MiB`);
