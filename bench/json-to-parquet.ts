/**
 * Row 3: JSON bytes of ratings -> zstd Parquet of level 1 with bounds, on one core, beside DuckDB
 * with the same eleven columns of the same values. Where the two differ: DuckDB reads lines from a
 * file, whose ends it has to find, and writes files, in groups of 122,880 rows by default; ours has
 * values as a broker's answer has them, leaves its files in memory, and closes a group by bytes.
 */
import { benchArguments } from "./bench-arguments.ts";
import { MEASURED_CORE, pinToCore } from "./cores.ts";
import { count, describeMachine, medianBy, peakMemoryMib } from "./measured.ts";
import { parquetRounds } from "./parquet-rounds.ts";
import { openDuckdb } from "./peers/duckdb.ts";
import { ratingChunks, valueBytes } from "./rating-chunks.ts";
import { alternate, pairedRatio } from "./rounds.ts";
import type { Round } from "./rounds.ts";

const WARM_UP_ROUNDS = 3;

const { rows, seed, runs } = benchArguments({ rows: 1_000_000 });
pinToCore(MEASURED_CORE);
const chunks = ratingChunks(rows, seed);
await using duckdb = await openDuckdb(chunks);
const rounds = await alternate(
  {
    ownByDay: parquetRounds(chunks, "by-day"),
    duckdbByDay: () => duckdb.round("by-day"),
    ownFile: parquetRounds(chunks, "one-file"),
    duckdbFile: () => duckdb.round("one-file"),
    duckdbSeven: () => duckdb.round("seven-columns"),
  },
  { warmUp: WARM_UP_ROUNDS, runs },
);
console.log(
  `${describeMachine()}; ${count(rows)} rows of ${(valueBytes(chunks) / rows).toFixed(0)} bytes, ` +
    `seed ${seed}, median of ${runs} rounds in turn, on one core`,
);
const names = {
  ownByDay: "three partitions, eleven columns",
  duckdbByDay: `DuckDB ${duckdb.version}, the same`,
  ownFile: "one file, eleven columns",
  duckdbFile: `DuckDB ${duckdb.version}, the same`,
  duckdbSeven: `DuckDB ${duckdb.version}, one file of the event's seven columns`,
} as const satisfies Record<keyof typeof rounds, string>;
for (const key of Object.keys(names) as (keyof typeof names)[]) {
  const { seconds, cpuSeconds, fileBytes } = medianBy(rounds[key], (round) => round.seconds);
  console.log(
    `${names[key]}: ${count(rows / seconds)} rows/s, ` +
      `${((cpuSeconds / rows) * 1e6).toFixed(3)} CPU-s per million rows, ` +
      `${(fileBytes / rows).toFixed(2)} bytes a row`,
  );
}
const { ownByDay, duckdbByDay, ownFile, duckdbFile, duckdbSeven } = rounds;
console.log(`three partitions: ${compared(duckdbByDay, ownByDay)}`);
console.log(`one file: ${compared(duckdbFile, ownFile)}`);
console.log(`one file, DuckDB's without the other four columns: ${compared(duckdbSeven, ownFile)}`);
console.log(`peak memory ${peakMemoryMib()} MiB, input included`);

function compared(peer: readonly Round[], own: readonly Round[]): string {
  const times = pairedRatio(peer, own, ({ seconds }) => seconds);
  const cpuTimes = pairedRatio(peer, own, ({ cpuSeconds }) => cpuSeconds);
  return `${times.toFixed(2)} times DuckDB, ${cpuTimes.toFixed(2)} times by CPU seconds`;
}
