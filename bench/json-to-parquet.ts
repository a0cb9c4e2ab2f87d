/**
 * Row 3: JSON bytes of ratings -> zstd Parquet with bounds, on one thread, beside DuckDB with the
 * same values.
 */
import { benchArguments } from "./bench-arguments.ts";
import { count, describeMachine, peakMemoryMib } from "./measured.ts";
import { measureParquet } from "./parquet-rounds.ts";
import { measureDuckdb } from "./peers/duckdb.ts";
import { ratingChunks, valueBytes } from "./rating-chunks.ts";

const { rows, seed, runs } = benchArguments({ rows: 1_000_000 });
const chunks = ratingChunks(rows, seed);
const byDay = await measureParquet(chunks, { layout: "by-day", runs });
const oneFile = await measureParquet(chunks, { layout: "one-file", runs });
const duckdb = await measureDuckdb(chunks, runs);
console.log(
  `${describeMachine()}; ${count(rows)} rows of ${(valueBytes(chunks) / rows).toFixed(0)} bytes, ` +
    `seed ${seed}, median of ${runs} rounds`,
);
for (const [name, { seconds, cpuSeconds, fileBytes }] of Object.entries({
  "three partitions, eleven columns": byDay,
  "one file, eleven columns": oneFile,
  [`DuckDB ${duckdb.version}, one file, seven columns`]: duckdb,
})) {
  console.log(
    `${name}: ${count(rows / seconds)} rows/s, ` +
      `${((cpuSeconds / rows) * 1e6).toFixed(3)} CPU-s per million rows, ` +
      `${(fileBytes / rows).toFixed(2)} bytes a row`,
  );
}
console.log(
  `${(duckdb.seconds / oneFile.seconds).toFixed(2)} times DuckDB in one file, ` +
    `${(duckdb.seconds / byDay.seconds).toFixed(2)} times in three partitions`,
);
console.log(`peak memory ${peakMemoryMib()} MiB, input included`);
