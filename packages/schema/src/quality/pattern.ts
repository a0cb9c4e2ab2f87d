import { createRequire } from "node:module";
import type * as Re2js from "re2js";

/** A program grows with its pattern, and time with both. */
const PATTERN_LENGTH_MAX = 1_000;

/**
 * Whether a text has a match of a pattern in RE2's syntax. Takes time in proportion to the text,
 * whatever the pattern: a backtracking engine could be stopped for ever by one record. RangeError
 * for a pattern that is too long, an error of the engine for one that it does not read.
 */
export function compilePattern(pattern: string): (text: string) => boolean {
  if (pattern.length > PATTERN_LENGTH_MAX) {
    throw new RangeError(`the pattern is longer than ${PATTERN_LENGTH_MAX} characters`);
  }
  const { RE2JS } = loadEngine();
  const compiled = RE2JS.compile(pattern);
  return (text) => compiled.matcher(text).find();
}

/** A large module, loaded by the first pattern: most programs have none. */
function loadEngine(): typeof Re2js {
  return createRequire(import.meta.url)("re2js");
}
