/**
 * Row 13 without its services: record chunks -> zstd Parquet by day in memory, in the thread that
 * has the chunks and in one and two threads beside it.
 */
import { createMemoryFileIo } from "../packages/iceberg-writer/src/io/memory-file-io.ts";
import { newTableMetadata } from "../packages/iceberg-writer/src/spec/new-table-metadata.ts";
import type { RecordChunk } from "../packages/kafka-io/src/index.ts";
import { ratingsSchema } from "../packages/schema/src/index.ts";
import { bronzeLayout } from "../packages/sink/src/index.ts";
import { EncoderPool } from "../packages/sink/src/encoding/encoder-pool.ts";
import type { Encoders } from "../packages/sink/src/encoding/encoders.ts";
import { encodeHere } from "../packages/sink/src/encoding/unit-writer.ts";
import { benchArguments } from "./bench-arguments.ts";
import { count, describeMachine, medianBy, peakMemoryMib } from "./measured.ts";
import { ratingChunks } from "./rating-chunks.ts";

interface EncoderRound {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly fileBytes: number;
}

const WARM_UP_ROUNDS = 3;
const PROCESSED_AT_MS = Date.UTC(2025, 0, 15, 10, 30);
const form = { events: ratingsSchema, rules: [], timeZone: "UTC" };
const layout = bronzeLayout(ratingsSchema, "string");
const metadata = newTableMetadata(
  { ...layout, location: "memory://ratings" },
  { uuid: "00000000-0000-4000-8000-000000000000", nowMs: 0 },
);

const { rows: rowCount, seed, runs } = benchArguments({ rows: 1_000_000 });
const chunks = ratingChunks(rowCount, seed).map(insideAnswer);
console.log(
  `${describeMachine()}; ${count(rowCount)} rows, seed ${seed}, median of ${runs} rounds`,
);
for (const threads of [0, 1, 2]) {
  await using encoders =
    threads === 0 ? encodeHere(form, () => performance.now()) : new EncoderPool(form, { threads });
  const rounds: EncoderRound[] = [];
  for (let index = 0; index < WARM_UP_ROUNDS + runs; index++) rounds.push(await encode(encoders));
  const round = medianBy(rounds.slice(WARM_UP_ROUNDS), ({ seconds }) => seconds);
  console.log(
    `${threads} threads beside this one: ${count(rowCount / round.seconds)} rows/s, ` +
      `${((round.cpuSeconds / rowCount) * 1e6).toFixed(3)} CPU-s per million rows, ` +
      `${(round.fileBytes / rowCount).toFixed(2)} bytes a row; ` +
      `peak memory so far ${peakMemoryMib()} MiB, input included`,
  );
}

async function encode(encoders: Encoders): Promise<EncoderRound> {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  await using unit = encoders.openUnit({
    snapshotId: 1n,
    table: { metadata, fileIo: createMemoryFileIo() },
    binding: { dateTimes: {}, processedTimestamp: "timestamptz" },
    memoryLimitBytes: 64 * 1024 * 1024,
  });
  const writing: Promise<unknown>[] = [];
  for (const chunk of chunks) {
    const written = unit.write(fetched(chunk), PROCESSED_AT_MS);
    if (encoders.room === undefined) await written;
    else await encoders.room();
    writing.push(written);
  }
  await Promise.all(writing);
  const { dataFiles } = await unit.close();
  const { user, system } = process.cpuUsage(startCpu);
  return {
    seconds: (performance.now() - startMs) / 1000,
    cpuSeconds: (user + system) / 1e6,
    fileBytes: dataFiles.reduce((sum, { fileSizeInBytes }) => sum + fileSizeInBytes, 0),
  };
}

/** The records where a fetch puts those of several partitions: in one memory, with more in it. */
function insideAnswer(chunk: RecordChunk): RecordChunk {
  const answer = Buffer.concat([chunk.buffer, Buffer.alloc(64)]);
  return { ...chunk, buffer: answer.subarray(0, chunk.buffer.length) };
}

/** A chunk as a driver makes it: positions of its own, and records where the fetch has them. */
function fetched(chunk: RecordChunk): RecordChunk {
  const { valueStarts, valueEnds, keyStarts, keyEnds, timestampsMs } = chunk;
  return {
    ...chunk,
    valueStarts: valueStarts.slice(),
    valueEnds: valueEnds.slice(),
    keyStarts: keyStarts.slice(),
    keyEnds: keyEnds.slice(),
    timestampsMs: timestampsMs.slice(),
  };
}
