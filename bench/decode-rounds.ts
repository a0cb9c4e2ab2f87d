import type { RecordChunk } from "../packages/kafka-io/src/index.ts";
import {
  createDecoder,
  createGeneralDecoder,
  ratingsSchema,
} from "../packages/schema/src/index.ts";
import type { Decoder } from "../packages/schema/src/index.ts";
import { count as wholeNumber, medianBy } from "./measured.ts";
import { valueBytes } from "./rating-chunks.ts";

const PEER_PART = 5;
/** Rounds before the measured ones, in which the engine compiles. */
const WARM_UP_ROUNDS = 3;

/** How fast a decoder was. */
export interface DecodeSpeed {
  readonly rowsPerSecond: number;
  readonly cpuSecondsPerMillion: number;
  /** Share of the rows that took the general path. */
  readonly generalShare: number;
}

/** The median round of decoding these chunks. */
export function measureDecoder(
  decoder: Decoder,
  chunks: readonly RecordChunk[],
  runs: number,
): DecodeSpeed {
  const rowCount = chunks.reduce((sum, { count }) => sum + count, 0);
  const rounds: DecodeSpeed[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + runs; round++) {
    const startMs = performance.now();
    const startCpu = process.cpuUsage();
    let general = 0;
    for (const { buffer, valueStarts, valueEnds, count } of chunks) {
      general += decoder.decode(buffer, valueStarts, valueEnds, count).generalPathCount;
    }
    const { user, system } = process.cpuUsage(startCpu);
    rounds.push({
      rowsPerSecond: rowCount / ((performance.now() - startMs) / 1000),
      cpuSecondsPerMillion: (user + system) / rowCount,
      generalShare: general / rowCount,
    });
  }
  return medianBy(rounds.slice(WARM_UP_ROUNDS), ({ rowsPerSecond }) => rowsPerSecond);
}

/** Prints how the compiled decoder fares beside `JSON.parse`, its peer, on the same chunks. */
export function reportDecoding(name: string, chunks: readonly RecordChunk[], runs: number): void {
  const compiled = measureDecoder(createDecoder(ratingsSchema), chunks, runs);
  // Many times slower: a part of the rows takes long enough to be measured.
  const part = chunks.slice(0, Math.ceil(chunks.length / PEER_PART));
  const general = measureDecoder(createGeneralDecoder(ratingsSchema), part, runs);
  const rowCount = chunks.reduce((sum, { count }) => sum + count, 0);
  console.log(
    `${name}, ${(valueBytes(chunks) / rowCount).toFixed(0)} bytes a row: ` +
      `${wholeNumber(compiled.rowsPerSecond)} rows/s, ` +
      `${compiled.cpuSecondsPerMillion.toFixed(3)} CPU-s per million rows, ` +
      `${(compiled.generalShare * 100).toFixed(2)} % by JSON.parse; ` +
      `${(compiled.rowsPerSecond / general.rowsPerSecond).toFixed(1)} times JSON.parse ` +
      `(${wholeNumber(general.rowsPerSecond)} rows/s)`,
  );
}
