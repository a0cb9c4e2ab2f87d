/**
 * Row 7: bytes a row in storage, of eleven columns and a million rows a file, their timestamps at
 * random seconds of three days. The same for the same seed, on every machine.
 */
import { benchArguments } from "./bench-arguments.ts";
import { count, describeMachine } from "./measured.ts";
import { parquetRounds } from "./parquet-rounds.ts";
import { ratingChunks } from "./rating-chunks.ts";

const { rows, seed } = benchArguments({ rows: 1_000_000 });
const chunks = ratingChunks(rows, seed);
console.log(`${describeMachine()}; ${count(rows)} rows, seed ${seed}`);
for (const layout of ["one-file", "by-day"] as const) {
  const { fileBytes, fileCount } = await parquetRounds(chunks, layout)();
  console.log(`${(fileBytes / rows).toFixed(2)} bytes a row, ${fileCount} files (${layout})`);
}
