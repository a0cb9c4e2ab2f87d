import { RE2JS } from "re2js";

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
  const compiled = RE2JS.compile(pattern);
  return (text) => compiled.matcher(text).find();
}
