import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RecordChunk } from "../../packages/kafka-io/src/index.ts";
import {
  createWorkDirectory,
  installPython,
  startProcess,
} from "../../packages/testkit/src/index.ts";
import type { FileLayout } from "../parquet-rounds.ts";
import type { Round } from "../rounds.ts";

/** Those of ours with all eleven columns, or the event's seven alone in one file. */
type DuckdbLayout = FileLayout | "seven-columns";

/** A round of DuckDB. */
interface DuckdbRound extends Round {
  readonly fileBytes: number;
}

/** A DuckDB that has the same values and one thread. */
export interface Duckdb extends AsyncDisposable {
  readonly version: string;
  /** `read_ndjson` with given columns -> `COPY` to zstd Parquet, file to file. */
  round(layout: DuckdbLayout): Promise<DuckdbRound>;
}

const SCRIPT = join(import.meta.dirname, "json_to_parquet.py");
const ROUND_MAX_MS = 10 * 60_000;
const LINE_BREAK = Uint8Array.of(0x0a);

/** Starts DuckDB on the values of chunks of 20,000 rows. */
export async function openDuckdb(chunks: readonly RecordChunk[]): Promise<Duckdb> {
  const python = await installPython("readers");
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await createWorkDirectory("duckdb"));
  const input = join(directory.path, "ratings.ndjson");
  await writeFile(input, Buffer.concat(chunks.flatMap(linesOf)));
  const args = [SCRIPT, input, directory.path];
  const child = resources.use(await startProcess({ command: python, args, name: "DuckDB" }));
  const [, version = ""] = (await child.waitForLine(/^DuckDB /)).split(" ");
  const owned = resources.move();
  let rounds = 0;
  return {
    version,
    async round(layout) {
      const number = ++rounds;
      child.write(`${number} ${layout}\n`);
      const answer = new RegExp(`^\\{"round": ${number},`);
      const line = await child.waitForLine(answer, { timeoutMs: ROUND_MAX_MS });
      return JSON.parse(line) as DuckdbRound;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function linesOf({ buffer, valueStarts, valueEnds, count }: RecordChunk): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, row) => [
    buffer.subarray(valueStarts[row], valueEnds[row]),
    LINE_BREAK,
  ]).flat();
}
