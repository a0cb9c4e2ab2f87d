import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Draws discarded at the start: the first ones of neighbouring seeds are alike. */
const WARM_UP_DRAWS = 64;

/** A seeded source of randomness; every draw moves it on. */
export interface Random {
  /** In [0, 1), a multiple of 2^-32. */
  unit(): number;
  /** A whole number in [0, bound), for bounds up to 2^32. */
  below(bound: number): number;
  /** One item of a list that is not empty. */
  pick<Item>(items: readonly Item[]): Item;
}

/** The same seed, from 0 to 2^32 - 1, gives the same draws on every machine. */
export function createRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed | 0);
  for (let draw = 0; draw < WARM_UP_DRAWS; draw++) generator.next();
  const unit = (): number => (generator.next() >>> 0) / 2 ** 32;
  const below = (bound: number): number => Math.floor(unit() * bound);
  return {
    unit,
    below,
    pick: (items) => items[below(items.length)]!,
  };
}
