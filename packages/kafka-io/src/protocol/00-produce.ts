import { ByteReader, ByteWriter } from "@salon/kafka-protocol";
import { offsetFromInt64 } from "./offset.ts";

/** Produce, API key 0. Version 7 only (Kafka 2.1 and newer); one batch of one partition each. */
export const PRODUCE_API_KEY = 0;
export const PRODUCE_API_VERSION = 7;

const ALL_IN_SYNC_REPLICAS = -1;
/** A null string: no transaction. */
const NO_TRANSACTIONAL_ID_LENGTH = -1;

export interface ProduceRequest {
  readonly topic: string;
  readonly partition: number;
  /** How long the leader may wait for the other replicas. */
  readonly timeoutMs: number;
  readonly batch: Buffer;
}

export interface ProduceResponse {
  readonly throttleTimeMs: number;
  /** 0 is success (Kafka protocol: Error Codes). */
  readonly errorCode: number;
  readonly baseOffset: number;
}

/** The body of the request. */
export function encodeProduceRequest(request: ProduceRequest): Buffer {
  return new ByteWriter()
    .writeInt16(NO_TRANSACTIONAL_ID_LENGTH)
    .writeInt16(ALL_IN_SYNC_REPLICAS)
    .writeInt32(request.timeoutMs)
    .writeArray([request], (writer, { topic, partition, batch }) =>
      writer
        .writeString(topic)
        .writeArray([partition], (writer, partition) =>
          writer.writeInt32(partition).writeBytes(batch),
        ),
    )
    .toBuffer();
}

/**
 * The answer for the one partition that was written to.
 *
 * @throws RangeError where it is cut off.
 */
export function decodeProduceResponse(body: Buffer): ProduceResponse {
  const reader = new ByteReader(body);
  const [answer] = reader
    .readArray(() => {
      reader.readString();
      return reader.readArray(() => {
        reader.readInt32(); // partition
        const errorCode = reader.readInt16();
        const baseOffset = offsetFromInt64(reader.readInt64());
        reader.readInt64(); // log append time
        reader.readInt64(); // log start offset
        return { errorCode, baseOffset };
      });
    })
    .flat();
  const throttleTimeMs = reader.readInt32();
  if (answer === undefined) throw new RangeError("the response names no partition");
  return { throttleTimeMs, ...answer };
}
