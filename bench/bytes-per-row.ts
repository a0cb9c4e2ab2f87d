/**
 * Row 7: bytes a row in storage, of eleven columns and a million rows a file, their timestamps at
 * random seconds of three days, in both versions of Parquet's pages. The same for the same seed, on
 * every machine.
 */
import { benchArguments } from "./bench-arguments.ts";
import { count, describeMachine } from "./measured.ts";
import { parquetRounds } from "./parquet-rounds.ts";
import { ratingChunks } from "./rating-chunks.ts";

const { rows, seed } = benchArguments({ rows: 1_000_000 });
const chunks = ratingChunks(rows, seed);
console.log(`${describeMachine()}; ${count(rows)} rows, seed ${seed}`);
for (const layout of ["one-file", "by-day"] as const) {
  for (const pages of ["v1", "v2"]) {
    const properties = { "write.parquet.page-version": pages };
    const { fileBytes, fileCount } = await parquetRounds(chunks, layout, properties)();
    const size = `${(fileBytes / rows).toFixed(2)} bytes a row`;
    console.log(`${size}, ${fileCount} files (${layout}, pages ${pages})`);
  }
}
