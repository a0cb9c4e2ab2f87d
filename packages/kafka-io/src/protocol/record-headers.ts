import { KafkaIoError } from "../kafka-io-error.ts";
import type { RecordChunk } from "../port/record-chunk.ts";
import type { RecordHeader } from "../port/record-header.ts";
import { VarintReader } from "./varint-reader.ts";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The headers of a chunk's record, their values slices of its buffer; none for a record without
 * any.
 *
 * @throws KafkaIoError `KAFKA_REQUEST_FAILED` for bytes that are no headers, which brokers refuse
 *   to take.
 */
export function recordHeaders(chunk: RecordChunk, index: number): readonly RecordHeader[] {
  const start = chunk.headerStarts?.[index] ?? -1;
  if (start < 0) return [];
  const end = chunk.headerEnds?.[index] ?? start;
  const reader = new VarintReader(chunk.buffer, start);
  const count = reader.readInt32();
  // Each takes two bytes at least.
  if (count < 0 || count * 2 > end - reader.position) throw malformed(chunk, index);
  const take = (length: number): Uint8Array => {
    const from = reader.position;
    if (length < 0 || from + length > end) throw malformed(chunk, index);
    reader.position += length;
    return chunk.buffer.subarray(from, from + length);
  };
  return Array.from({ length: count }, (): RecordHeader => {
    const name = utf8.decode(take(reader.readInt32()));
    const length = reader.readInt32();
    return length < 0 ? { name } : { name, value: take(length) };
  });
}

function malformed({ topic, partition }: RecordChunk, index: number): KafkaIoError {
  return new KafkaIoError(
    "KAFKA_REQUEST_FAILED",
    `record ${index} of a chunk of ${topic}-${partition} has broken headers`,
    { context: { topic, partition } },
  );
}
