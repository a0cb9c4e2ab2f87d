import type { AbortedTransaction } from "./aborted-transactions.ts";
import { ByteReader, ByteWriter } from "@salon/kafka-protocol";
import { offsetFromInt64 } from "./offset.ts";

/**
 * Fetch, API key 1. Version 11 only (Kafka 2.3 and newer); no fetch sessions, no follower reads.
 */
export const FETCH_API_KEY = 1;
export const FETCH_API_VERSION = 11;

const CONSUMER_REPLICA_ID = -1;
const READ_COMMITTED = 1;
const NO_SESSION_ID = 0;
const NO_SESSION_EPOCH = -1;
const UNKNOWN_LEADER_EPOCH = -1;
const UNKNOWN_LOG_START = -1n;

/** What to ask one broker for. */
export interface FetchRequest {
  readonly topic: string;
  /** The broker fills the response in this order. */
  readonly partitions: readonly { readonly partition: number; readonly fetchOffset: number }[];
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
}

/** One partition of a fetch response. */
export interface FetchedPartition {
  readonly partition: number;
  /** 0 is success (Kafka protocol: Error Codes). */
  readonly errorCode: number;
  readonly abortedTransactions: readonly AbortedTransaction[];
  /** Record batches as they lie in the log; the last one may be cut off. */
  readonly records: Buffer;
}

export interface FetchResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly partitions: readonly FetchedPartition[];
}

/** The body of the request. */
export function encodeFetchRequest(request: FetchRequest): Buffer {
  return new ByteWriter()
    .writeInt32(CONSUMER_REPLICA_ID)
    .writeInt32(request.maxWaitMs)
    .writeInt32(request.minBytes)
    .writeInt32(request.maxBytes)
    .writeInt8(READ_COMMITTED)
    .writeInt32(NO_SESSION_ID)
    .writeInt32(NO_SESSION_EPOCH)
    .writeArray([request.topic], (writer, topic) =>
      writer
        .writeString(topic)
        .writeArray(request.partitions, (writer, partition) =>
          writer
            .writeInt32(partition.partition)
            .writeInt32(UNKNOWN_LEADER_EPOCH)
            .writeInt64(BigInt(partition.fetchOffset))
            .writeInt64(UNKNOWN_LOG_START)
            .writeInt32(request.maxBytesPerPartition),
        ),
    )
    .writeArray([], () => undefined)
    .writeString("")
    .toBuffer();
}

/**
 * The body of the response; `records` are views of `body`.
 *
 * @throws RangeError where it is cut off.
 */
export function decodeFetchResponse(body: Buffer): FetchResponse {
  const reader = new ByteReader(body);
  const throttleTimeMs = reader.readInt32();
  const errorCode = reader.readInt16();
  reader.readInt32(); // session id
  const topics = reader.readArray(() => {
    reader.readString();
    return reader.readArray(() => decodePartition(reader));
  });
  return { throttleTimeMs, errorCode, partitions: topics.flat() };
}

function decodePartition(reader: ByteReader): FetchedPartition {
  const partition = reader.readInt32();
  const errorCode = reader.readInt16();
  reader.readInt64(); // high watermark
  reader.readInt64(); // last stable offset
  reader.readInt64(); // log start offset
  const abortedTransactions = reader.readArray(() => ({
    producerId: reader.readInt64(),
    firstOffset: offsetFromInt64(reader.readInt64()),
  }));
  reader.readInt32(); // preferred read replica
  return { partition, errorCode, abortedTransactions, records: reader.readBytes() };
}
