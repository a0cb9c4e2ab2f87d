import { createPopulation } from "./customer.ts";
import { createHistoryClock } from "./day-curve.ts";
import { DIRTY_KIND_NAMES, DIRTY_KINDS, type DirtyKind, writeDirtyValue } from "./dirty-kind.ts";
import { createBatchBuffer, type EventBatch } from "./event-batch.ts";
import { byteLengthMax, writeEventValue, type EventValue } from "./event-value.ts";
import { GeneratorError } from "./generator-error.ts";
import { localSecondsOf, type LocalSeconds, parseLocalDateTime } from "./local-date-time.ts";
import { createRandom, type Random } from "./random.ts";
import { drawRating } from "./rating.ts";

const HISTORY_YEARS_MAX = 100;
const TYPICAL_EVENT_BYTES = 200;
const SLAB_BYTES = 65_536;

/** When the ratings of a stream are given. */
export type TimestampSettings =
  /** Now, as the wall clock shows it. */
  | { readonly kind: "live" }
  /**
   * `count` events ascending over [from, to), both `YYYY-MM-DDTHH:MM:SS` and at most a hundred
   * years apart, more of them in busy hours; then it begins anew.
   */
  | {
      readonly kind: "history";
      readonly from: string;
      readonly to: string;
      readonly count: number;
    };

/** What a stream is made of. Plain data. */
export interface RatingGeneratorSettings {
  /** A whole number from 0 to 2^32 - 1. */
  readonly seed: number;
  /** Share of dirty events, from 0 to 1. Default: 0. */
  readonly dirtyShare?: number | undefined;
  /** The kinds that dirty events are of, equally often. Default: all. */
  readonly dirtyKinds?: readonly DirtyKind[] | undefined;
  /** Default: live. */
  readonly timestamps?: TimestampSettings | undefined;
}

/** What a generator is given from outside. */
export interface RatingGeneratorComponents {
  /** Only asked for live timestamps. Default: the machine's. */
  readonly clock?: (() => Date) | undefined;
}

/** An event to send. */
export interface GeneratedEvent {
  /** Decimal text of the customer id; undefined where the event has no right one. */
  readonly key: Uint8Array | undefined;
  /** Undefined is a null value. */
  readonly value: Uint8Array | undefined;
  readonly kind: "clean" | DirtyKind;
  /** Whether a sink must accept it; see {@link DIRTY_KINDS}. */
  readonly valid: boolean;
}

/** An endless stream of events: same settings, same stream, whichever of the methods is called. */
export interface RatingGenerator {
  next(): GeneratedEvent;
  /** The next `count` events in one buffer, for when there are millions of them. */
  nextBatch(count: number): EventBatch;
}

interface DrawnEvent {
  readonly key: string | undefined;
  readonly value: EventValue | undefined;
  readonly kind: "clean" | DirtyKind;
  readonly valid: boolean;
}

/**
 * Starts a stream of salon ratings. It has no line break within a value.
 *
 * Throws `SETTINGS_INVALID` naming the setting.
 */
export function createRatingGenerator(
  settings: RatingGeneratorSettings,
  components: RatingGeneratorComponents = {},
): RatingGenerator {
  const draw = createEventSource(settings, components.clock ?? (() => new Date()));
  const encode = createSlab();
  const encodeKey = createKeys();
  return {
    next: () => {
      const { key, value, kind, valid } = draw();
      return {
        key: key === undefined ? undefined : encodeKey(key),
        value: value === undefined || value instanceof Uint8Array ? value : encode(value),
        kind,
        valid,
      };
    },
    nextBatch: (count) => fillBatch(count, draw, encodeKey),
  };
}

/** There are as many keys as customers. */
function createKeys(): (text: string) => Uint8Array {
  const keys = new Map<string, Uint8Array>();
  return (text) => {
    const key = keys.get(text) ?? new TextEncoder().encode(text);
    keys.set(text, key);
    return key;
  };
}

/** Writes values into the free part of a buffer, which is many times as fast as one buffer each. */
function createSlab(): (value: EventValue) => Uint8Array {
  let buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
  let start = 0;
  return (value) => {
    const lengthMax = byteLengthMax(value);
    if (lengthMax > SLAB_BYTES) {
      const own = Buffer.allocUnsafeSlow(lengthMax);
      return new Uint8Array(own.buffer, 0, writeEventValue(value, own, 0));
    }
    if (start + lengthMax > SLAB_BYTES) {
      buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
      start = 0;
    }
    const end = writeEventValue(value, buffer, start);
    const bytes = new Uint8Array(buffer.buffer, start, end - start);
    start = end;
    return bytes;
  };
}

function createEventSource(settings: RatingGeneratorSettings, clock: () => Date): () => DrawnEvent {
  const { seed, dirtyShare = 0, dirtyKinds = DIRTY_KIND_NAMES } = settings;
  check(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32, "seed", seed);
  check(dirtyShare >= 0 && dirtyShare <= 1, "dirtyShare", dirtyShare);
  check(dirtyKinds.length > 0 && dirtyKinds.every(isDirtyKind), "dirtyKinds", dirtyKinds);
  const random = createRandom(seed);
  const population = createPopulation(random);
  const now = createTimestamps(settings.timestamps ?? { kind: "live" }, clock, random);
  let last: DrawnEvent | undefined;
  return () => {
    const rating = drawRating(population, now(), random);
    const key = String(rating.customerId);
    const kind = random.unit() < dirtyShare ? random.pick(dirtyKinds) : "clean";
    if (kind === "duplicate" && last !== undefined) return (last = { ...last, kind });
    if (kind === "clean" || kind === "duplicate") {
      return (last = { key, value: rating, kind: "clean", valid: true });
    }
    const { value, hasKey = true } = writeDirtyValue(kind, rating, random);
    const valid = DIRTY_KINDS[kind].valid ?? true;
    return (last = { key: hasKey ? key : undefined, value, kind, valid });
  };
}

function createTimestamps(
  timestamps: TimestampSettings,
  clock: () => Date,
  random: Random,
): () => LocalSeconds {
  if (timestamps.kind === "live") return () => localSecondsOf(clock());
  const from = parseLocalDateTime(timestamps.from);
  const to = parseLocalDateTime(timestamps.to);
  const { count } = timestamps;
  check(from !== undefined, "timestamps.from", timestamps.from);
  check(to !== undefined && to > from, "timestamps.to", timestamps.to);
  check(to - from <= HISTORY_YEARS_MAX * 366 * 86_400, "timestamps.to", timestamps.to);
  check(Number.isSafeInteger(count) && count > 0, "timestamps.count", count);
  return createHistoryClock(from, to, count, random);
}

function fillBatch(
  count: number,
  draw: () => DrawnEvent,
  encodeKey: (text: string) => Uint8Array,
): EventBatch {
  check(Number.isSafeInteger(count) && count >= 0, "count", count);
  const buffer = createBatchBuffer(count * TYPICAL_EVENT_BYTES);
  const [keyStarts, keyEnds, valueStarts, valueEnds] = [0, 1, 2, 3].map(
    () => new Int32Array(count),
  ) as [Int32Array, Int32Array, Int32Array, Int32Array];
  const kinds: ("clean" | DirtyKind)[] = [];
  let invalidCount = 0;
  for (let i = 0; i < count; i++) {
    const { key, value, kind, valid } = draw();
    keyStarts[i] = key === undefined ? -1 : buffer.length;
    keyEnds[i] = key === undefined ? -1 : buffer.append(encodeKey(key));
    valueStarts[i] = value === undefined ? -1 : buffer.length;
    valueEnds[i] = value === undefined ? -1 : buffer.append(value);
    kinds.push(kind);
    if (!valid) invalidCount++;
  }
  return {
    count,
    buffer: buffer.finish(),
    keyStarts,
    keyEnds,
    valueStarts,
    valueEnds,
    kinds,
    invalidCount,
  };
}

function isDirtyKind(name: string): boolean {
  return Object.hasOwn(DIRTY_KINDS, name);
}

function check(holds: boolean, name: string, value: unknown): asserts holds {
  if (holds) return;
  throw new GeneratorError("SETTINGS_INVALID", `${name} cannot be ${JSON.stringify(value)}`, {
    context: { name, value },
  });
}
