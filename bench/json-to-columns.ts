/**
 * Row 1: JSON bytes of ratings -> columns, in memory, on one core, against the same by
 * JSON.parse; in the producer's own key order and spacing, and in any other.
 */
import { benchArguments } from "./bench-arguments.ts";
import { MEASURED_CORE, pinToCore } from "./cores.ts";
import { reportDecoding } from "./decode-rounds.ts";
import { describeMachine, peakMemoryMib } from "./measured.ts";
import { ratingChunks, rewriteValues } from "./rating-chunks.ts";

const { rows, seed, runs } = benchArguments({ rows: 1_000_000 });
pinToCore(MEASURED_CORE);
const chunks = ratingChunks(rows, seed);

function membersOf(text: string): readonly (readonly [string, unknown])[] {
  const event: unknown = JSON.parse(text);
  if (typeof event !== "object" || event === null) throw new TypeError(`${text} is no event`);
  return Object.entries(event);
}

/** As `json.dumps` of Python writes it, the keys from one of them on. */
function written(text: string, firstKey: number, colon: string, comma: string): string {
  const members = membersOf(text);
  const turned = [...members.slice(firstKey), ...members.slice(0, firstKey)];
  const texts = turned.map(([key, value]) => JSON.stringify(key) + colon + JSON.stringify(value));
  return `{${texts.join(comma)}}`;
}

/** Each event in an order and a spacing of its own: 56 of them, in turn. */
function writtenAnyhow(text: string, row: number): string {
  const colon = row & 1 ? ":" : ": ";
  const comma = [",", ", ", " ,", " , "][(row >> 1) & 3]!;
  return written(text, row % membersOf(text).length, colon, comma);
}

console.log(`${describeMachine()}; ${rows} rows, seed ${seed}, median of ${runs} rounds`);
await reportDecoding("as the producer writes", chunks, runs);
const reordered = rewriteValues(chunks, (text) => written(text, 3, ": ", ", "));
await reportDecoding("another order and spacing", reordered, runs);
await reportDecoding(
  "each in its own order and spacing",
  rewriteValues(chunks, writtenAnyhow),
  runs,
);
console.log(`peak memory ${peakMemoryMib()} MiB, input included`);
