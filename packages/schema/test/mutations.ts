export type Random = (below: number) => number;

/** A seeded source of integers below a limit (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const FRAGMENTS = [
  '"',
  "\\",
  "\\n",
  "\\u0000",
  "\\ud800",
  "0",
  "9",
  "-",
  ".",
  ".0",
  "e5",
  ",",
  ":",
  "{",
  "}",
  "[",
  " ",
  "\n",
  "null",
  "true",
  "2147483648",
  '"customer_id":7,',
  "é",
];

/** A record with one to three bytes changed, added, cut or doubled; one in four stays as it is. */
export function mutate(text: string, random: Random): Buffer {
  let bytes = Buffer.from(text);
  if (random(4) === 0) return bytes;
  for (let change = random(3); change >= 0; change--) {
    const at = random(bytes.length + 1);
    const cut = [0, 0, 1, 1, 2, 8, bytes.length][random(7)]!;
    bytes = Buffer.concat([
      bytes.subarray(0, at),
      addition(bytes, random),
      bytes.subarray(at + cut),
    ]);
  }
  return bytes;
}

function addition(bytes: Buffer, random: Random): Buffer {
  switch (random(4)) {
    case 0:
      return Buffer.alloc(0);
    case 1:
      return Buffer.from([random(256)]);
    case 2:
      return Buffer.from(FRAGMENTS[random(FRAGMENTS.length)]!);
    default: {
      const start = random(bytes.length + 1);
      return bytes.subarray(start, start + random(12));
    }
  }
}
