import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RecordChunk } from "../../packages/kafka-io/src/index.ts";
import {
  createWorkDirectory,
  installPython,
  runProcess,
} from "../../packages/testkit/src/index.ts";

/** The median round of DuckDB on the same values. */
export interface DuckdbRound {
  readonly version: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly fileBytes: number;
}

const ROUNDS_MAX_MS = 10 * 60_000;
const LINE_BREAK = Uint8Array.of(0x0a);

/** `read_ndjson` with given columns -> `COPY` to zstd Parquet, on one thread, file to file. */
export async function measureDuckdb(
  chunks: readonly RecordChunk[],
  runs: number,
): Promise<DuckdbRound> {
  const python = await installPython("readers");
  await using directory = await createWorkDirectory("duckdb");
  const input = join(directory.path, "ratings.ndjson");
  await writeFile(input, Buffer.concat(chunks.flatMap(linesOf)));
  const output = join(directory.path, "ratings.parquet");
  const script = join(import.meta.dirname, "json_to_parquet.py");
  const answer = await runProcess({
    command: python,
    args: [script, input, output, String(runs)],
    timeoutMs: ROUNDS_MAX_MS,
    name: "DuckDB",
  });
  return JSON.parse(answer) as DuckdbRound;
}

function linesOf({ buffer, valueStarts, valueEnds, count }: RecordChunk): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, row) => [
    buffer.subarray(valueStarts[row], valueEnds[row]),
    LINE_BREAK,
  ]).flat();
}
