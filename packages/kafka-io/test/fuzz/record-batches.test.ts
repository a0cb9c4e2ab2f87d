import { readdir, readFile } from "node:fs/promises";
import { crc32c } from "@salon/kafka-protocol";
import { fuzzBytes } from "@salon/testkit";
import { describe, expect, test } from "vitest";
import { CodecError } from "../../src/codec/codec-error.ts";
import { inflate } from "../../src/codec/compression.ts";
import { KafkaIoError } from "../../src/kafka-io-error.ts";
import { recordHeaders } from "../../src/protocol/record-headers.ts";
import { readRecordBatchHeader, RecordBatchError } from "../../src/protocol/record-batch.ts";
import { type FetchedLog, nextFetchOffset, readChunks } from "../../src/source/chunk-reader.ts";
import { recordsOf } from "../kit/recording-handler.ts";

const INFLATED_MAX = 1_000_000;

/** Batches that real producers wrote, by every codec. */
async function samples(): Promise<readonly Buffer[]> {
  const folder = new URL("../fixtures/", import.meta.url);
  const paths = await readdir(folder, { recursive: true });
  const batches = paths.filter((path) => path.endsWith(".batches")).toSorted();
  return Promise.all(batches.map((path) => readFile(new URL(path, folder))));
}

function fetched(records: Buffer): FetchedLog {
  return {
    topic: "ratings",
    partition: 3,
    requestedOffset: 0,
    records,
    abortedTransactions: [{ producerId: 0n, firstOffset: 0 }],
    chunkBytes: 10_000,
    inflatedBatchBytesMax: INFLATED_MAX,
  };
}

/** Gives each batch the checksum of its bytes, so that what lies behind it is looked at. */
function sealBatches(records: Buffer): Buffer {
  let at = 0;
  while (at + 61 <= records.length) {
    const end = at + 12 + records.readInt32BE(at + 8);
    if (end <= at + 21 || end > records.length) break;
    records.writeUInt32BE(crc32c(records, at + 21, end), at + 17);
    at = end;
  }
  return records;
}

/** Reads all that there is to read; only the package's own error may come of it. */
function readAll(records: Buffer): void {
  try {
    const log = fetched(records);
    nextFetchOffset(log);
    for (const chunk of readChunks(log)) {
      recordsOf(chunk);
      for (let index = 0; index < chunk.count; index++) recordHeaders(chunk, index);
    }
  } catch (error) {
    if (!(error instanceof KafkaIoError)) throw error;
  }
}

describe("record batches that are nearly right", () => {
  test("are read, or refused by the package's own error", async () => {
    expect(
      await fuzzBytes({ samples: await samples(), check: readAll, rounds: 2_000 }),
    ).toBeGreaterThan(0);
  });

  test("also where their checksums are right", async () => {
    expect(
      await fuzzBytes({
        samples: await samples(),
        check: (bytes) => readAll(sealBatches(bytes)),
        rounds: 3_000,
      }),
    ).toBeGreaterThan(0);
  });
});

test.each(["gzip", "snappy", "lz4", "zstd"] as const)(
  "bytes of %s that are nearly right inflate, up to the limit, or are refused",
  async (codec) => {
    const packed = (await samples()).flatMap((records) => {
      const header = readRecordBatchHeader(records, 0);
      return header?.codec === codec ? [records.subarray(header.start + 61, header.end)] : [];
    });
    expect(
      await fuzzBytes({
        samples: packed,
        rounds: 1_500,
        check: (bytes) => {
          try {
            const { length } = inflate(codec, bytes, INFLATED_MAX);
            if (length > INFLATED_MAX) throw new Error(`${length} bytes`);
          } catch (error) {
            if (!(error instanceof CodecError) && !(error instanceof RecordBatchError)) throw error;
          }
        },
      }),
    ).toBeGreaterThan(0);
  },
);
