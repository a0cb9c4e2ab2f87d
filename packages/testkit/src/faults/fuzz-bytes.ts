/** What is done with changed bytes. */
export interface FuzzSettings {
  /** Valid bytes, each of which is changed in turn. */
  readonly samples: readonly Uint8Array[];
  /** Throws, or rejects, where the bytes are met in a way that they must not be. */
  readonly check: (bytes: Buffer) => unknown;
  /** Where `SALON_FUZZ_ROUNDS` does not say; `SALON_FUZZ_SEED` says where to begin. */
  readonly rounds?: number | undefined;
  /** Time after which one round is taken for a hang. */
  readonly roundMaxMs?: number | undefined;
}

const ROUNDS = 4_000;
const ROUND_MAX_MS = 2_000;
const SEED = 20_250_115;
const EDITS_MAX = 4;
/** Bytes that lengths, counts and tags are made of where someone means harm. */
const TELLING = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff];

/**
 * Checks bytes that are nearly valid: with some changed, cut off, left out or doubled. The message
 * of what fails names the seed by which it comes again. Resolves to how many rounds there were.
 */
export async function fuzzBytes(settings: FuzzSettings): Promise<number> {
  const { samples, check, roundMaxMs = ROUND_MAX_MS } = settings;
  const rounds = Number(process.env["SALON_FUZZ_ROUNDS"] ?? settings.rounds ?? ROUNDS);
  const seed = Number(process.env["SALON_FUZZ_SEED"] ?? SEED);
  for (let round = 0; round < rounds; round++) {
    const random = seededRandom(seed + round);
    const sample = samples[round % samples.length] ?? new Uint8Array();
    const startMs = performance.now();
    try {
      await check(mutateBytes(sample, random));
    } catch (cause) {
      const told = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
      throw new Error(`seed ${seed + round}, sample ${round % samples.length}: ${told}`, { cause });
    }
    const tookMs = performance.now() - startMs;
    if (tookMs > roundMaxMs) throw new Error(`seed ${seed + round}: it took ${tookMs} ms`);
  }
  return rounds;
}

/** The bytes with some changed, cut off, left out or doubled. */
function mutateBytes(sample: Uint8Array, random: (limit: number) => number): Buffer {
  let bytes = Buffer.from(sample);
  const edits = 1 + random(EDITS_MAX);
  for (let edit = 0; edit < edits && bytes.length > 0; edit++) {
    const at = random(bytes.length);
    const length = 1 + random(Math.min(8, bytes.length - at));
    switch (random(6)) {
      case 0:
        bytes = bytes.subarray(0, at);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
        break;
      case 3:
        bytes.fill(TELLING[random(TELLING.length)] ?? 0, at, at + length);
        break;
      default:
        bytes[at] = random(256);
    }
  }
  return bytes;
}

/** A seeded source of integers below a limit (mulberry32). */
function seededRandom(seed: number): (limit: number) => number {
  let state = seed | 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}
