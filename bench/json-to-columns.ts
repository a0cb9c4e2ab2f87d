/**
 * JSON bytes of ratings -> columns, in memory, on one thread, against the same by JSON.parse. Run
 * by `node --conditions=@salon/source bench/json-to-columns.ts [rows] [seed]`.
 */
import { cpus } from "node:os";
import { createRatingGenerator } from "../packages/generator/src/index.ts";
import {
  createDecoder,
  createGeneralDecoder,
  ratingsSchema,
} from "../packages/schema/src/index.ts";
import type { Decoder } from "../packages/schema/src/index.ts";

const WARM_UP_ROUNDS = 3;
const MEASURED_ROUNDS = 5;
/** About what a fetch of a few megabytes brings. */
const BATCH_ROWS = 20_000;
const SLACK_BYTES = 64;

const [rowText = "1000000", seedText = "1"] = process.argv.slice(2);
const rowCount = Number(rowText);
const seed = Number(seedText);

interface Batch {
  readonly buffer: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly count: number;
}

function generate(dirtyShare: number): Batch[] {
  const [from, to] = ["2025-01-15T00:00:00", "2025-01-18T00:00:00"];
  const timestamps = { kind: "history", from, to, count: rowCount } as const;
  const generator = createRatingGenerator({ seed, dirtyShare, timestamps });
  const batches: Batch[] = [];
  for (let done = 0; done < rowCount; done += BATCH_ROWS) {
    const count = Math.min(BATCH_ROWS, rowCount - done);
    const { buffer, valueStarts, valueEnds } = generator.nextBatch(count);
    batches.push({ buffer, starts: valueStarts, ends: valueEnds, count });
  }
  return batches;
}

/** The same events written in another way. */
function rewrite(
  batches: readonly Batch[],
  change: (text: string, row: number) => string,
): Batch[] {
  return batches.map(({ buffer, starts, ends, count }) => {
    const texts = Array.from({ length: count }, (_, row) =>
      change(Buffer.from(buffer.subarray(starts[row], ends[row])).toString(), row),
    );
    const lengths = texts.map((text) => Buffer.byteLength(text));
    const newEnds = new Int32Array(count);
    let end = 0;
    for (const [row, length] of lengths.entries()) newEnds[row] = end += length;
    const newStarts = newEnds.map((newEnd, row) => newEnd - lengths[row]!);
    const bytes = Buffer.from(texts.join("") + " ".repeat(SLACK_BYTES));
    return { buffer: new Uint8Array(bytes), starts: newStarts, ends: newEnds, count };
  });
}

interface Measurement {
  readonly rowsPerSecond: number;
  readonly cpuSecondsPerMillion: number;
  readonly generalShare: number;
}

function measure(decoder: Decoder, batches: readonly Batch[]): Measurement {
  const rounds: Measurement[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + MEASURED_ROUNDS; round++) {
    const startMs = performance.now();
    const startCpu = process.cpuUsage();
    let general = 0;
    for (const { buffer, starts, ends, count } of batches) {
      general += decoder.decode(buffer, starts, ends, count).generalPathCount;
    }
    const { user, system } = process.cpuUsage(startCpu);
    const seconds = (performance.now() - startMs) / 1000;
    rounds.push({
      rowsPerSecond: rowCount / seconds,
      cpuSecondsPerMillion: (user + system) / rowCount,
      generalShare: general / rowCount,
    });
  }
  const measured = rounds.slice(WARM_UP_ROUNDS);
  measured.sort((left, right) => left.rowsPerSecond - right.rowsPerSecond);
  const median = measured[MEASURED_ROUNDS >> 1];
  if (median === undefined) throw new RangeError("no round was measured");
  return median;
}

function report(name: string, batches: readonly Batch[]): void {
  const compiled = measure(createDecoder(ratingsSchema), batches);
  const general = measure(createGeneralDecoder(ratingsSchema), batches);
  const bytes = batches.reduce((sum, { buffer }) => sum + buffer.length - SLACK_BYTES, 0);
  console.log(
    `${name}, ${(bytes / rowCount).toFixed(0)} bytes a row: ` +
      `${Math.round(compiled.rowsPerSecond).toLocaleString("en")} rows/s, ` +
      `${compiled.cpuSecondsPerMillion.toFixed(3)} CPU-s per million rows, ` +
      `${(compiled.generalShare * 100).toFixed(2)} % by JSON.parse; ` +
      `${(compiled.rowsPerSecond / general.rowsPerSecond).toFixed(1)} times JSON.parse ` +
      `(${Math.round(general.rowsPerSecond).toLocaleString("en")} rows/s)`,
  );
}

/** `json.dumps` of Python puts a space behind each colon and comma. */
function withSpaces(text: string): string {
  const event: unknown = JSON.parse(text);
  if (typeof event !== "object" || event === null) throw new TypeError(`${text} is no event`);
  const members = Object.entries(event).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  return `{${members.join(", ")}}`;
}

const [cpu] = cpus();
console.log(`${cpu?.model ?? "unknown CPU"}, ${cpus().length} cores, Node ${process.version}`);
console.log(
  `${rowCount} rows in batches of ${BATCH_ROWS}, seed ${seed}, ` +
    `median of ${MEASURED_ROUNDS} rounds after ${WARM_UP_ROUNDS}`,
);
report("ratings", generate(0));
report("ratings with spaces", rewrite(generate(0), withSpaces));
const ownComment = (text: string, row: number): string => text.replace('"comment":"', `$&${row} `);
report("ratings with comments of their own", rewrite(generate(0), ownComment));
report("ratings, 5 % dirty", generate(0.05));
console.log(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB, input included`);
