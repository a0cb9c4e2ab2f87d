import { vi } from "vitest";
import type { LogRange, RecordChunk } from "../../src/index.ts";
import { LogReader } from "../../src/source/log-reader.ts";
import type { LogReaderSettings } from "../../src/source/source-settings.ts";
import { encodeRecordBatch } from "../../src/protocol/record-batch-encoder.ts";
import { FakeCluster, settle } from "./fake-cluster.ts";

/** A batch of records of 100 bytes, taken by the leader of an epoch. */
export function batchAt(baseOffset: number, count: number, leaderEpoch = 0): Buffer {
  const batch = encodeRecordBatch({
    records: Array.from({ length: count }, () => ({ value: Buffer.alloc(100) })),
    nowMs: 0,
    compression: "none",
    producerId: -1n,
    producerEpoch: -1,
    baseSequence: -1,
  });
  batch.writeBigInt64BE(BigInt(baseOffset), 0);
  // Before what the CRC covers.
  batch.writeInt32BE(leaderEpoch, 12);
  return batch;
}

/** A reader of a cluster that answers as the test has it. */
export function openReader(
  leaders: Record<number, number>,
  change: Partial<LogReaderSettings> = {},
) {
  const cluster = new FakeCluster(leaders);
  const chunks: string[] = [];
  const held: (() => void)[] = [];
  const outOfRange: unknown[] = [];
  const troubles: unknown[] = [];
  const state = {
    cluster,
    chunks,
    outOfRange,
    troubles,
    isHolding: false,
    range: { startOffset: 0, endOffset: 1000 } as LogRange,
    failure: undefined as Error | undefined,
    async release() {
      held.shift()?.();
      await settle();
    },
  };
  const settings: LogReaderSettings = {
    rackId: "",
    replicaMaxAgeMs: 30_000,
    maxWaitMs: 100,
    minBytes: 1,
    maxBytes: 10_000,
    maxBytesPerPartition: 10_000,
    chunkBytes: 1_000_000,
    inflatedBatchBytesMax: 1_000_000,
    requestTimeoutMs: 1000,
    ...change,
  };
  const reader = new LogReader(cluster, settings, {
    async onChunk(chunk: RecordChunk, epoch: number) {
      if (state.failure !== undefined) throw state.failure;
      const { partition, requestedOffset, nextOffset } = chunk;
      chunks.push(`${partition}: ${requestedOffset}-${nextOffset} @${epoch}`);
      if (state.isHolding) await new Promise<void>((resolve) => held.push(resolve));
    },
    onOutOfRange: async (...call) => void outOfRange.push(call),
    onTrouble: (error) => void troubles.push(error),
    listLogRange: async () => state.range,
    refreshMetadata: async () => void cluster.refreshes++,
  });
  return { ...state, state, reader };
}

/** Lets time pass, and everything run that waited for it. */
export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await settle();
}
