import { describe, expect, it } from "vitest";
import {
  createDecoder,
  createGeneralDecoder,
  ratingsSchema,
} from "../packages/schema/src/index.ts";
import { measureDecoder } from "./decode-rounds.ts";
import { freeText } from "./free-text.ts";
import { medianBy } from "./measured.ts";
import { parquetRounds } from "./parquet-rounds.ts";
import { ratingChunks, rewriteValues } from "./rating-chunks.ts";
import { alternate } from "./rounds.ts";

/**
 * Ratios of what ran in this process one after the other, with bounds at about half of what they
 * are: a machine's speed and its other work cancel out, a fast path that is no more does not.
 */
const ROWS = 200_000;
const RUNS = 5;
const chunks = ratingChunks(ROWS, 1);
const general = createGeneralDecoder(ratingsSchema);

function timesJsonParse(values: typeof chunks): number {
  const fast = measureDecoder(createDecoder(ratingsSchema), values, RUNS);
  const slow = measureDecoder(general, values, RUNS);
  return slow.cpuSecondsPerMillion / fast.cpuSecondsPerMillion;
}

describe("the decoder, beside JSON.parse", () => {
  it("is much faster on what the producer writes", () => {
    expect(timesJsonParse(chunks)).toBeGreaterThan(3);
  });

  it("is much faster where each comment is another one", () => {
    const nextText = freeText(1);
    const values = rewriteValues(chunks, (text) =>
      text.replace(/"comment":"[^"]*"/, () => `"comment":"${nextText()}"`),
    );
    expect(timesJsonParse(values)).toBeGreaterThan(2);
  });
});

describe("JSON -> Parquet", () => {
  it("takes no longer than JSON.parse alone, and few bytes", async () => {
    const { write } = await alternate(
      { write: parquetRounds(chunks, "one-file") },
      { warmUp: 2, runs: RUNS },
    );
    const { cpuSeconds, fileBytes } = medianBy(write, (round) => round.cpuSeconds);
    const parsing = measureDecoder(general, chunks, RUNS).cpuSecondsPerMillion * (ROWS / 1e6);
    expect(cpuSeconds / parsing).toBeLessThan(1);
    expect(fileBytes / ROWS).toBeLessThan(9);
  });
});
