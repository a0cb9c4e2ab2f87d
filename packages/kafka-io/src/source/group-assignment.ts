import { ByteReader, ByteWriter, type RequestOf, type joinGroup } from "@salon/kafka-protocol";
import { assignCooperatively, type StickyMember } from "./sticky-assignment.ts";

/** Members keep what stays theirs while they join again (KIP-429). The name is Kafka's. */
export const COOPERATIVE_PROTOCOL_NAME = "cooperative-sticky";

/**
 * Members give all back before they join again. The name is kafkajs's, and so is the way, so that
 * members running on kafkajs itself can be in the same group.
 */
const EAGER_PROTOCOL_NAME = "RoundRobinAssigner";

/**
 * ConsumerProtocolSubscription and ConsumerProtocolAssignment, version 0 (Kafka: group protocol).
 */
const VERSION = 0;
/** The version of a subscription that says what a member has, in which generation, and its rack. */
const OWNING_VERSION = 3;
const NULL_STRING_LENGTH = -1;
const NO_USER_DATA: Buffer = Buffer.alloc(0);

/** What a member of the latest generation has; the first one has nothing, in generation -1. */
export type Ownership = Pick<StickyMember, "owned" | "generationId">;

/**
 * The ways of sharing out that a member knows, the preferred one first. The group takes the second
 * as long as one of its members knows only that.
 */
export function assignmentProtocols(
  topic: string,
  ownership: Ownership,
): RequestOf<typeof joinGroup>["protocols"] {
  return [
    { name: COOPERATIVE_PROTOCOL_NAME, metadata: encodeOwningSubscription(topic, ownership) },
    { name: EAGER_PROTOCOL_NAME, metadata: encodeSubscription([topic]) },
  ];
}

/** Partitions by topic. */
export type TopicPartitions = ReadonlyMap<string, readonly number[]>;

/** A member as the leader is told of it. */
export interface JoinedGroupMember {
  readonly memberId: string;
  /** Its subscription. */
  readonly metadata: Buffer;
}

/** The topics that members want, each once. */
export function topicsOf(members: readonly JoinedGroupMember[]): readonly string[] {
  return [...new Set(members.flatMap(({ metadata }) => decodeSubscription(metadata)))];
}

/**
 * The leader's answer to the group: who reads what, by the protocol that the group has taken. The
 * partitions of each topic go to the members that want it, evenly.
 */
export function shareOut(
  protocolName: string | undefined,
  partitions: TopicPartitions,
  members: readonly JoinedGroupMember[],
): { memberId: string; assignment: Buffer }[] {
  const isCooperative = protocolName === COOPERATIVE_PROTOCOL_NAME;
  const share = isCooperative ? shareCooperatively : assignRoundRobin;
  const subscriptions = members.map(({ memberId, metadata }) => ({
    memberId,
    metadata,
    topics: decodeSubscription(metadata),
  }));
  const shares = [...partitions].map(([topic, all]) => ({
    topic,
    ofMembers: share(topic, all, subscriptions),
  }));
  return members.map(({ memberId }) => ({
    memberId,
    assignment: encodeAssignment(
      new Map(shares.map(({ topic, ofMembers }) => [topic, ofMembers.get(memberId) ?? []])),
    ),
  }));
}

function shareCooperatively(
  topic: string,
  partitions: readonly number[],
  members: readonly (JoinedGroupMember & GroupMemberSubscription)[],
): Map<string, number[]> {
  const wanting = members.filter(({ topics }) => topics.includes(topic));
  return assignCooperatively(
    partitions,
    wanting.map(({ memberId, metadata }) => ({ memberId, ...decodeOwnership(topic, metadata) })),
  );
}

/** A topic of an assignment or of what a member has. */
export interface AssignedTopic {
  readonly topic: string | undefined;
  readonly partitions: readonly number[];
}

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

/**
 * The same with what the member has. Members of Kafka before 3.4 look for its generation in the
 * user data, where their own assignor puts it.
 */
export function encodeOwningSubscription(
  topic: string,
  { owned, generationId }: Ownership,
): Buffer {
  return new ByteWriter()
    .writeInt16(OWNING_VERSION)
    .writeArray([topic], (writer, name) => writer.writeString(name))
    .writeBytes(new ByteWriter().writeInt32(generationId).toBuffer())
    .writeArray(owned.length === 0 ? [] : [topic], (writer, name) =>
      writer
        .writeString(name)
        .writeArray(owned, (partitions, partition) => partitions.writeInt32(partition)),
    )
    .writeInt32(generationId)
    .writeInt16(NULL_STRING_LENGTH)
    .toBuffer();
}

/** What a subscription of any version says that the member has of the topic. */
export function decodeOwnership(topic: string, bytes: Buffer): Ownership {
  const reader = new ByteReader(bytes);
  const version = reader.readInt16();
  reader.readArray(() => reader.readString());
  const userData = reader.readBytes();
  const topics = version < 1 ? [] : reader.readArray(() => readTopicPartitions(reader));
  const generationOfUserData = userData.length < 4 ? -1 : userData.readInt32BE();
  return {
    owned: topics.filter((entry) => entry.topic === topic).flatMap((entry) => entry.partitions),
    generationId: version < 2 ? generationOfUserData : reader.readInt32(),
  };
}

/** The topics of {@link encodeSubscription}; those of any version, as later ones only add. */
export function decodeSubscription(bytes: Buffer): string[] {
  const reader = new ByteReader(bytes);
  reader.readInt16();
  return reader.readArray(() => reader.readString() ?? "");
}

/** What the leader gives a member; topics without partitions are left out. */
export function encodeAssignment(share: TopicPartitions): Buffer {
  const given = [...share].filter(([, partitions]) => partitions.length > 0);
  return new ByteWriter()
    .writeInt16(VERSION)
    .writeArray(given, (writer, [topic, partitions]) =>
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
  const given = decodeAssignedTopics(bytes).filter((entry) => entry.topic === topic);
  return given.flatMap((entry) => entry.partitions).sort((a, b) => a - b);
}

/** All that is in an assignment. */
export function decodeAssignedTopics(bytes: Buffer): readonly AssignedTopic[] {
  if (bytes.length === 0) return [];
  const reader = new ByteReader(bytes);
  reader.readInt16();
  return reader.readArray(() => readTopicPartitions(reader));
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

function readTopicPartitions(reader: ByteReader): AssignedTopic {
  const topic = reader.readString();
  return { topic, partitions: reader.readArray(() => reader.readInt32()) };
}
