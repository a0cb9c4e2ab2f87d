/**
 * How a history writes its files: as whole ones, or as handles of what would be in them, with all
 * else the same and in a fraction of the time.
 */
export type Codecs = "whole" | "handles";

/** No number that {@link WHOLE_EVERY} has in common with what happens to few histories. */
const WHOLE_EVERY = 33;

/** One of many histories each is whole, of those to which something rare happens too. */
export function sampledCodecs(seed: number): Codecs {
  return seed % WHOLE_EVERY === 0 ? "whole" : "handles";
}
