import { createDecoder, createGeneralDecoder, ratingsSchema } from "@salon/schema";
import { describe, expect, it } from "vitest";
import { createRatingGenerator, type RatingGeneratorSettings } from "../src/rating-generator.ts";

const SETTINGS: RatingGeneratorSettings = {
  seed: 2_025,
  dirtyShare: 0.5,
  timestamps: {
    kind: "history",
    from: "2025-01-13T00:00:00",
    to: "2025-01-20T00:00:00",
    count: 20_000,
  },
};

describe("valid", () => {
  it.each([
    ["general", createGeneralDecoder],
    ["compiled", createDecoder],
  ] as const)("is what the %s decoder of the ratings schema says", (_, create) => {
    const count = 20_000;
    const batch = createRatingGenerator(SETTINGS).nextBatch(count);
    const generator = createRatingGenerator(SETTINGS);
    const expected = Array.from({ length: count }, () => generator.next());
    const { rejected } = create(ratingsSchema).decode(
      batch.buffer,
      batch.valueStarts,
      batch.valueEnds,
      count,
    );
    const kindsOf = (indexes: readonly number[]) => indexes.map((i) => `${i} ${batch.kinds[i]}`);
    const invalid = expected.flatMap(({ valid }, i) => (valid ? [] : [i]));
    expect(kindsOf(rejected.map(({ index }) => index))).toEqual(kindsOf(invalid));
    expect(batch.invalidCount).toBe(invalid.length);
  });
});
