/**
 * Columns of ratings -> zstd Parquet with bounds, in memory, on one thread. Run by
 * `node --conditions=@salon/source bench/columns-to-parquet.ts [rows] [seed]`.
 */
import { cpus } from "node:os";
import { constantColumn, trustedColumnBatch } from "../packages/columns/src/index.ts";
import type { Column, ColumnBatch } from "../packages/columns/src/index.ts";
import { createMemoryFileIo } from "../packages/iceberg-writer/src/io/memory-file-io.ts";
import { newTableMetadata } from "../packages/iceberg-writer/src/spec/new-table-metadata.ts";
import type { TableMetadata } from "../packages/iceberg-writer/src/spec/table-metadata.ts";
import type { PrimitiveType, Schema } from "../packages/iceberg-writer/src/index.ts";
import { openTableWriter } from "../packages/iceberg-writer/src/index.ts";
import { randomBelow } from "./random-below.ts";

const ROUNDS = 7;
const BATCH_ROWS = 20_000;
const DAYS = 3;
const SECONDS_PER_DAY = 86_400;

const [rowText = "1000000", seedText = "1"] = process.argv.slice(2);
const rowCount = Number(rowText);
const random = randomBelow(Number(seedText));

const COLUMNS: readonly (readonly [string, PrimitiveType["kind"]])[] = [
  ["customer_id", "int"],
  ["branch_id", "int"],
  ["employee_id", "int"],
  ["treatment_id", "int"],
  ["rating_value", "float"],
  ["comment", "string"],
  ["timestamp", "string"],
  ["processed_timestamp", "timestamptz"],
  ["_kafka_topic", "string"],
  ["_kafka_partition", "int"],
  ["_kafka_offset", "long"],
];

function tableOf(isPartitioned: boolean): TableMetadata {
  const schema: Schema = {
    schemaId: 0,
    fields: COLUMNS.map(([name, kind], index) => {
      const type = { kind } as PrimitiveType;
      return { id: index + 1, name, required: false, type };
    }),
  };
  const transform = { kind: "truncate", width: 10 } as const;
  const field = { sourceId: 7, fieldId: 1000, name: "timestamp_day", transform };
  return newTableMetadata(
    {
      schema,
      location: "memory://ratings",
      ...(isPartitioned && { partitionSpec: { specId: 0, fields: [field] } }),
    },
    { uuid: "00000000-0000-4000-8000-000000000000", nowMs: 0 },
  );
}

function ints(length: number, limit: number): Column {
  const values = Int32Array.from({ length }, () => 1 + random(limit));
  return { layout: "primitive", type: { kind: "int32" }, length, nullCount: 0, values };
}

function ratings(length: number): Column {
  const values = Float32Array.from({ length }, () => 1 + random(41) / 10);
  return { layout: "primitive", type: { kind: "float32" }, length, nullCount: 0, values };
}

function dictionaryOf(texts: readonly string[], indices: Int32Array): Column {
  const data = Buffer.from(texts.join(""));
  const offsets = new Int32Array(texts.length + 1);
  for (const [i, text] of texts.entries()) offsets[i + 1] = offsets[i]! + Buffer.byteLength(text);
  const type = { kind: "utf8" } as const;
  const entries = { type, length: texts.length, nullCount: 0, offsets, data };
  return {
    layout: "dictionary",
    type,
    length: indices.length,
    nullCount: 0,
    indices,
    dictionary: { layout: "variable-size-binary", ...entries },
  };
}

function comments(length: number): Column {
  const texts = Array.from({ length: 18 }, (_, i) => `The ${i}th thing to say about a treatment`);
  return dictionaryOf(
    texts,
    Int32Array.from({ length }, () => random(18)),
  );
}

/** As the decoder yields them: each distinct second of the batch once. */
function timestamps(length: number): Column {
  const idOf = new Map<number, number>();
  const indices = Int32Array.from({ length }, () => {
    const second = random(DAYS * SECONDS_PER_DAY);
    if (!idOf.has(second)) idOf.set(second, idOf.size);
    return idOf.get(second)!;
  });
  const start = Date.UTC(2025, 0, 15);
  const texts = Array.from(idOf.keys(), (second) =>
    new Date(start + second * 1000).toISOString().slice(0, 19),
  );
  return dictionaryOf(texts, indices);
}

function offsets(length: number, first: number): Column {
  const values = BigInt64Array.from({ length }, (_, i) => BigInt(first + i));
  return { layout: "primitive", type: { kind: "int64" }, length, nullCount: 0, values };
}

function ratingsBatch(length: number, index: number): ColumnBatch {
  const columns = [
    ints(length, 20),
    ints(length, 5),
    ints(length, 10),
    ints(length, 15),
    ratings(length),
    comments(length),
    timestamps(length),
    constantColumn({ kind: "timestamp", utc: true }, 1_736_937_000_000_000n, length),
    constantColumn({ kind: "utf8" }, "nail_salon_ratings", length),
    constantColumn({ kind: "int32" }, index % 8, length),
    offsets(length, index * length),
  ];
  return trustedColumnBatch(
    COLUMNS.map(([name]) => name),
    columns,
  );
}

async function measure(
  name: string,
  metadata: TableMetadata,
  batches: readonly ColumnBatch[],
): Promise<void> {
  const rounds: { seconds: number; cpuSeconds: number }[] = [];
  let byteLength = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    const startCpu = process.cpuUsage();
    await using writer = openTableWriter({ table: { metadata, fileIo: createMemoryFileIo() } });
    for (const batch of batches) await writer.write(batch);
    const files = await writer.close();
    byteLength = files.reduce((sum, file) => sum + file.fileSizeInBytes, 0);
    const { user, system } = process.cpuUsage(startCpu);
    const seconds = (performance.now() - startMs) / 1000;
    rounds.push({ seconds, cpuSeconds: (user + system) / 1e6 });
  }
  // The first two rounds compile.
  const steady = rounds.slice(2).sort((left, right) => left.seconds - right.seconds);
  const { seconds, cpuSeconds } = steady.at(steady.length >> 1) ?? { seconds: 0, cpuSeconds: 0 };
  const millions = rowCount / 1e6;
  console.log(
    `${name}: ${Math.round(rowCount / seconds).toLocaleString("en")} rows/s, ` +
      `${(cpuSeconds / millions).toFixed(3)} CPU-s per million rows, ` +
      `${(byteLength / rowCount).toFixed(2)} bytes a row`,
  );
}

const batches: ColumnBatch[] = [];
for (let done = 0; done < rowCount; done += BATCH_ROWS) {
  batches.push(ratingsBatch(Math.min(BATCH_ROWS, rowCount - done), batches.length));
}
const [cpu] = cpus();
console.log(`${cpu?.model ?? "unknown CPU"}, ${cpus().length} cores, Node ${process.version}`);
console.log(`${rowCount} rows, seed ${seedText}, median of ${ROUNDS - 2} rounds after 2`);
await measure("one partition", tableOf(false), batches);
await measure(`${DAYS} partitions`, tableOf(true), batches);
console.log(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
