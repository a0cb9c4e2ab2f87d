import { describe, expect, it } from "vitest";
import type { RecordChunk } from "../packages/kafka-io/src/index.ts";
import { createDecoder, ratingsSchema } from "../packages/schema/src/index.ts";
import { decodeRounds } from "./decode-rounds.ts";
import { freeText } from "./free-text.ts";
import { parquetRounds } from "./parquet-rounds.ts";
import type { FileLayout } from "./parquet-rounds.ts";
import { ratingChunks, rewriteValues } from "./rating-chunks.ts";
import { alternate, timeRound } from "./rounds.ts";
import type { Round } from "./rounds.ts";

/**
 * CPU seconds beside those of `JSON.parse` alone on the same values, of rounds that alternate in
 * this process: a machine's speed and its other work cancel out. Each bound is about 1.5 times of
 * what is measured, so what takes twice as long as it did is found.
 */
const ROWS = 200_000;
const ROUNDS = { warmUp: 3, runs: 7 };
const chunks = ratingChunks(ROWS, 1);

/** Rounds of what no code of ours can make slower, as texts that are parsed and dropped. */
function parseRounds(values: readonly RecordChunk[]): () => Promise<Round> {
  return () =>
    timeRound(() => {
      for (const { buffer, valueStarts, valueEnds, count } of values) {
        const texts = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength);
        for (let row = 0; row < count; row++) {
          JSON.parse(texts.toString("latin1", valueStarts[row], valueEnds[row]));
        }
      }
    });
}

/** The best round: what disturbs one can only add to it. */
function best<R>(rounds: readonly R[], figure: (round: R) => number): number {
  return Math.min(...rounds.map(figure));
}

const cpuSecondsOf = ({ cpuSeconds }: Round): number => cpuSeconds;

async function decodingBesideParsing(values: readonly RecordChunk[]): Promise<number> {
  const { decode, parse } = await alternate<"decode" | "parse", Round>(
    { decode: decodeRounds(createDecoder(ratingsSchema), values), parse: parseRounds(values) },
    ROUNDS,
  );
  return best(decode, cpuSecondsOf) / best(parse, cpuSecondsOf);
}

async function encodingBesideParsing(
  layout: FileLayout,
): Promise<{ readonly times: number; readonly bytesPerRow: number }> {
  const write = parquetRounds(chunks, layout);
  const parse = parseRounds(chunks);
  const { encode, peer } = await alternate<"encode" | "peer", Round & { fileBytes: number }>(
    {
      encode: async () => {
        const { encodeCpuSeconds, ...round } = await write();
        return { ...round, cpuSeconds: encodeCpuSeconds };
      },
      peer: async () => ({ ...(await parse()), fileBytes: 0 }),
    },
    ROUNDS,
  );
  const times = best(encode, cpuSecondsOf) / best(peer, cpuSecondsOf);
  return { times, bytesPerRow: encode[0]!.fileBytes / ROWS };
}

describe("decoding, beside JSON.parse", () => {
  it("is much faster on what the producer writes", async () => {
    expect(await decodingBesideParsing(chunks)).toBeLessThan(0.27);
  });

  it("is much faster where each comment is another one", async () => {
    const nextText = freeText(1);
    const values = rewriteValues(chunks, (text) =>
      text.replace(/"comment":"[^"]*"/, () => `"comment":"${nextText()}"`),
    );
    expect(await decodingBesideParsing(values)).toBeLessThan(0.48);
  });
});

describe("encoding as Parquet, beside JSON.parse", () => {
  it.each([
    ["one-file", 0.5, 8],
    ["by-day", 0.7, 8],
  ] as const)("takes little time and few bytes: %s", async (layout, timesMax, bytesMax) => {
    const { times, bytesPerRow } = await encodingBesideParsing(layout);
    expect(times).toBeLessThan(timesMax);
    expect(bytesPerRow).toBeLessThan(bytesMax);
  });
});
