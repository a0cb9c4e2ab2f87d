import type { RecordChunk } from "../packages/kafka-io/src/index.ts";
import {
  createDecoder,
  createGeneralDecoder,
  ratingsSchema,
} from "../packages/schema/src/index.ts";
import type { Decoder } from "../packages/schema/src/index.ts";
import { count as wholeNumber, medianBy } from "./measured.ts";
import { valueBytes } from "./rating-chunks.ts";
import { alternate, pairedRatio, timeRound } from "./rounds.ts";
import type { Round } from "./rounds.ts";

const PEER_PART = 5;
/** Rounds before the measured ones, in which the engine compiles. */
const WARM_UP_ROUNDS = 3;

/** A round of decoding. */
export interface DecodeRound extends Round {
  readonly rowsPerSecond: number;
  readonly cpuSecondsPerMillion: number;
  /** Share of the rows that took the general path. */
  readonly generalShare: number;
}

/** Rounds of decoding these chunks. */
export function decodeRounds(
  decoder: Decoder,
  chunks: readonly RecordChunk[],
): () => Promise<DecodeRound> {
  const rowCount = rowsOf(chunks);
  return async () => {
    const { result: general, ...round } = await timeRound(() => {
      let generalCount = 0;
      for (const { buffer, valueStarts, valueEnds, count } of chunks) {
        generalCount += decoder.decode(buffer, valueStarts, valueEnds, count).generalPathCount;
      }
      return generalCount;
    });
    return {
      ...round,
      rowsPerSecond: rowCount / round.seconds,
      cpuSecondsPerMillion: (round.cpuSeconds / rowCount) * 1e6,
      generalShare: general / rowCount,
    };
  };
}

/** Prints how the compiled decoder fares beside `JSON.parse`, its peer, on the same chunks. */
export async function reportDecoding(
  name: string,
  chunks: readonly RecordChunk[],
  runs: number,
): Promise<void> {
  // Many times slower: a part of the rows takes long enough to be measured.
  const part = chunks.slice(0, Math.ceil(chunks.length / PEER_PART));
  const rounds = await alternate(
    {
      compiled: decodeRounds(createDecoder(ratingsSchema), chunks),
      general: decodeRounds(createGeneralDecoder(ratingsSchema), part),
    },
    { warmUp: WARM_UP_ROUNDS, runs },
  );
  const compiled = medianBy(rounds.compiled, (round) => round.rowsPerSecond);
  const general = medianBy(rounds.general, (round) => round.rowsPerSecond);
  const times = pairedRatio(rounds.compiled, rounds.general, (round) => round.rowsPerSecond);
  console.log(
    `${name}, ${(valueBytes(chunks) / rowsOf(chunks)).toFixed(0)} bytes a row: ` +
      `${wholeNumber(compiled.rowsPerSecond)} rows/s, ` +
      `${compiled.cpuSecondsPerMillion.toFixed(3)} CPU-s per million rows, ` +
      `${(compiled.generalShare * 100).toFixed(2)} % by JSON.parse; ` +
      `${times.toFixed(1)} times JSON.parse (${wholeNumber(general.rowsPerSecond)} rows/s)`,
  );
}

function rowsOf(chunks: readonly RecordChunk[]): number {
  return chunks.reduce((sum, { count }) => sum + count, 0);
}
