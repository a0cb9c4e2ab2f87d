import { randomBelow } from "./random-below.ts";

const WORDS =
  "and the my was very nails so color but staff again with lovely gel too long wait for quite they really chair polish".split(
    " ",
  );
const [BYTES_MIN, BYTES_MAX] = [40, 60];

/** Free text of 40 to 60 bytes, another one at each call. */
export function freeText(seed: number): () => string {
  const random = randomBelow(seed);
  let serial = 0;
  return () => {
    const length = BYTES_MIN + random(BYTES_MAX - BYTES_MIN + 1);
    let text = (serial++).toString(36);
    while (text.length < length) text += ` ${WORDS[random(WORDS.length)]}`;
    return text.slice(0, length);
  };
}
