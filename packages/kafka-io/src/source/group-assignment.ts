import { ByteReader, ByteWriter } from "@salon/kafka-protocol";

/**
 * The name under which members agree on how partitions are shared out. It is kafkajs's, and so is
 * the way, so that members running on kafkajs itself can be in the same group.
 */
export const ASSIGNMENT_PROTOCOL_NAME = "RoundRobinAssigner";

/**
 * ConsumerProtocolSubscription and ConsumerProtocolAssignment, version 0 (Kafka: group protocol).
 */
const VERSION = 0;
const NO_USER_DATA: Buffer = Buffer.alloc(0);

/** A member of a group and the topics it wants. */
export interface GroupMemberSubscription {
  readonly memberId: string;
  readonly topics: readonly string[];
}

/** What a member says on joining. */
export function encodeSubscription(topics: readonly string[]): Buffer {
  return new ByteWriter()
    .writeInt16(VERSION)
    .writeArray(topics, (writer, topic) => writer.writeString(topic))
    .writeBytes(NO_USER_DATA)
    .toBuffer();
}

/** The topics of {@link encodeSubscription}; those of any version, as later ones only add. */
export function decodeSubscription(bytes: Buffer): string[] {
  const reader = new ByteReader(bytes);
  reader.readInt16();
  return reader.readArray(() => reader.readString() ?? "");
}

/** What the leader gives a member: partitions of one topic, or nothing at all. */
export function encodeAssignment(topic: string, partitions: readonly number[]): Buffer {
  const topics = partitions.length === 0 ? [] : [topic];
  return new ByteWriter()
    .writeInt16(VERSION)
    .writeArray(topics, (writer, topic) =>
      writer
        .writeString(topic)
        .writeArray(partitions, (writer, partition) => writer.writeInt32(partition)),
    )
    .writeBytes(NO_USER_DATA)
    .toBuffer();
}

/**
 * The partitions of `topic` in an assignment, ascending; an empty answer is an empty assignment.
 */
export function decodeAssignment(topic: string, bytes: Buffer): number[] {
  if (bytes.length === 0) return [];
  const reader = new ByteReader(bytes);
  reader.readInt16();
  const topics = reader.readArray(() => ({
    topic: reader.readString(),
    partitions: reader.readArray(() => reader.readInt32()),
  }));
  const given = topics.filter((entry) => entry.topic === topic);
  return given.flatMap((entry) => entry.partitions).sort((a, b) => a - b);
}

/**
 * Shares out the partitions, one after the other to the members that want the topic, by ascending
 * member id. Every member is in the answer, also with nothing.
 */
export function assignRoundRobin(
  topic: string,
  partitions: readonly number[],
  members: readonly GroupMemberSubscription[],
): Map<string, number[]> {
  const sorted = members.map((member) => member.memberId).sort();
  const shares = new Map<string, number[]>(sorted.map((memberId) => [memberId, []]));
  const wanting = new Set(members.filter((m) => m.topics.includes(topic)).map((m) => m.memberId));
  const receivers = sorted.filter((memberId) => wanting.has(memberId));
  for (const [i, partition] of partitions.entries()) {
    const receiver = receivers[i % receivers.length];
    if (receiver !== undefined) shares.get(receiver)?.push(partition);
  }
  return shares;
}
