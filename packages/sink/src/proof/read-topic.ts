import type { KafkaSource, KafkaSourceHandler, RecordChunk } from "@salon/kafka-io";
import type { OffsetRange } from "../protocol/source-record.ts";
import { beginStep } from "./proof-progress.ts";
import type { ProofOperation } from "./proof-progress.ts";

/** How long nothing may come before reading is given up. */
const STALL_TIMEOUT_MS = 60_000;

/** Opens a topic to read these partitions, outside of any group; each reading takes a source. */
export type OpenTopic = (topic: string, partitions: readonly number[]) => Promise<KafkaSource>;

/** What is read of a topic and who looks at it. */
export interface TopicReading extends ProofOperation {
  /** Per partition; every range ends at or below the last stable offset. */
  readonly ranges: ReadonlyMap<number, OffsetRange>;
  /** Chunks of one partition follow each other; the last may reach beyond its range. */
  readonly onChunk: (chunk: RecordChunk) => void;
  /**
   * Retention took the next records away: what came of the partition is void, it begins at `start`.
   */
  readonly onRestart: (partition: number, start: number) => void;
  readonly stallTimeoutMs?: number | undefined;
}

/**
 * Reads ranges of a topic to their ends. Gives up with the driver's last trouble where nothing
 * comes for too long; errors of `onChunk` are thrown on.
 */
export async function readTopic(source: KafkaSource, reading: TopicReading): Promise<void> {
  const { signal, stallTimeoutMs = STALL_TIMEOUT_MS } = reading;
  const open = new Map([...reading.ranges].filter(([, { start, end }]) => start < end));
  if (open.size === 0) return;
  signal?.throwIfAborted();
  const reach = followOffsets(open, reading);
  const end = Promise.withResolvers<void>();
  const onAbort = (): void => end.reject(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  let trouble: Error | undefined;
  const onStall = (): void => {
    end.reject(trouble ?? new Error(`nothing came from Kafka for ${stallTimeoutMs / 1000} s`));
  };
  let timer = setTimeout(onStall, stallTimeoutMs);
  const proceed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onStall, stallTimeoutMs);
    if (open.size === 0) end.resolve();
  };
  try {
    const started = source.start(
      createHandler(source, reading, {
        open,
        reach,
        proceed,
        fail: (error) => end.reject(error),
        onTrouble: (error) => (trouble = error),
      }),
    );
    // A start that waits for a broker is given up like the rest.
    await Promise.race([started, end.promise]);
    await end.promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    await source.stop();
  }
}

/** Tells how many offsets of the ranges were passed. */
function followOffsets(
  ranges: ReadonlyMap<number, OffsetRange>,
  operation: ProofOperation,
): (partition: number, offset: number) => void {
  const reached = new Map([...ranges].map(([partition, { start }]) => [partition, start]));
  const total = [...ranges.values()].reduce((sum, { start, end }) => sum + end - start, 0);
  const advance = beginStep(operation, "topic", total);
  return (partition, offset) => {
    const before = reached.get(partition) ?? offset;
    reached.set(partition, offset);
    advance(offset - before);
  };
}

interface Progress {
  /** Partitions that have not reached their end. */
  readonly open: Map<number, OffsetRange>;
  /** Told which offset comes next. */
  readonly reach: (partition: number, offset: number) => void;
  readonly proceed: () => void;
  readonly fail: (error: unknown) => void;
  readonly onTrouble: (error: Error) => void;
}

function createHandler(
  source: KafkaSource,
  { onChunk, onRestart }: TopicReading,
  { open, reach, proceed, fail, onTrouble }: Progress,
): KafkaSourceHandler {
  return {
    onAssigned: async () => new Map([...open].map(([partition, { start }]) => [partition, start])),
    onRevoked: async () => {},
    onChunk: async (chunk) => {
      const { partition, nextOffset } = chunk;
      const range = open.get(partition);
      if (range === undefined) return;
      try {
        onChunk(chunk);
      } catch (error) {
        // Thrown on, it would only make the driver deliver the chunk again.
        fail(error);
      }
      reach(partition, Math.min(nextOffset, range.end));
      if (nextOffset >= range.end) {
        open.delete(partition);
        source.pause([partition]);
      }
      proceed();
    },
    onOutOfRange: async (partition, offset, log) => {
      const range = open.get(partition);
      if (range === undefined) return;
      const start = Math.min(Math.max(log.startOffset, range.start), range.end);
      if (offset >= log.startOffset) {
        fail(new Error(`partition ${partition} ends at offset ${log.endOffset}, below ${offset}`));
        return;
      }
      onRestart(partition, start);
      reach(partition, start);
      if (start === range.end) open.delete(partition);
      else {
        open.set(partition, { start, end: range.end });
        source.seek(partition, start);
      }
      proceed();
    },
    onTrouble,
    isAlive: () => true,
  };
}
