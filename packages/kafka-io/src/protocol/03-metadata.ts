import { ByteReader, ByteWriter } from "@salon/kafka-protocol";

/**
 * Metadata, API key 3. Version 10 only (Kafka 2.8 and newer), and only for what older versions do
 * not show: the id that tells a topic from an earlier one of the same name.
 */
export const METADATA_API_KEY = 3;
export const METADATA_API_VERSION = 10;

const UUID_SIZE = 16;

export interface TopicIdResponse {
  readonly throttleTimeMs: number;
  /** As Kafka prints it: URL-safe base64. Absent where the topic, or its id, is. */
  readonly topicId?: string;
}

/** Request header version 2 ends in tagged fields, and version 10 is the header's first with it. */
export function encodeTopicIdRequest(topic: string): Buffer {
  return new ByteWriter()
    .writeUnsignedVarint(0) // tagged fields of the header
    .writeUnsignedVarint(2) // one topic
    .writeInt64(0n) // no topic id ...
    .writeInt64(0n)
    .writeCompactString(topic) // ... but its name
    .writeUnsignedVarint(0)
    .writeInt8(0) // allow auto topic creation
    .writeInt8(0) // include cluster authorized operations
    .writeInt8(0) // include topic authorized operations
    .writeUnsignedVarint(0)
    .toBuffer();
}

/**
 * The topic's id.
 *
 * @throws RangeError where the body is cut off.
 */
export function decodeTopicIdResponse(body: Buffer): TopicIdResponse {
  const reader = new ByteReader(body);
  reader.skipTaggedFields(); // of the header
  const throttleTimeMs = reader.readInt32();
  reader.readCompactArray(() => {
    reader.readInt32(); // node id
    reader.readCompactString(); // host
    reader.readInt32(); // port
    reader.readCompactString(); // rack
    reader.skipTaggedFields();
  });
  reader.readCompactString(); // cluster id
  reader.readInt32(); // controller id
  const [topicId] = reader.readCompactArray(() => {
    const errorCode = reader.readInt16();
    reader.readCompactString(); // name
    const id = reader.readFixed(UUID_SIZE);
    reader.readInt8(); // is internal
    reader.readCompactArray(() => skipPartition(reader));
    reader.readInt32(); // authorized operations
    reader.skipTaggedFields();
    const isKnown = errorCode === 0 && id.some((byte) => byte !== 0);
    return isKnown ? id.toString("base64url") : undefined;
  });
  return { throttleTimeMs, ...(topicId !== undefined && { topicId }) };
}

function skipPartition(reader: ByteReader): void {
  reader.readInt16(); // error code
  reader.readInt32(); // index
  reader.readInt32(); // leader
  reader.readInt32(); // leader epoch
  for (let list = 0; list < 3; list++) reader.readCompactArray(() => reader.readInt32());
  reader.skipTaggedFields();
}
