import { consumerGroupDescribe, describeGroups, ERROR_CODES } from "@salon/kafka-protocol";
import { nameConnectionError, throwOnErrorCode } from "../broker/broker-error.ts";
import type { CreateBrokerLink } from "../broker/broker-link.ts";
import { KafkaCluster } from "../cluster/kafka-cluster.ts";
import { KafkaIoError } from "../kafka-io-error.ts";
import {
  type KafkaConnectionSettings,
  parseBootstrapServers,
} from "../port/connection-settings.ts";
import type { DescribedMember, GroupDescription, KafkaGroup } from "../port/kafka-group.ts";
import { decodeAssignment } from "./group-assignment.ts";

/** Which group is described, and of which topic partitions are told. Plain data. */
export interface KafkaGroupSettings extends KafkaConnectionSettings {
  readonly groupId: string;
  readonly topic: string;
}

/**
 * A group that is looked at from outside.
 *
 * @throws KafkaIoError `SETTINGS_INVALID`.
 */
export function createTopicGroup(
  settings: KafkaGroupSettings,
  createLink: CreateBrokerLink,
): KafkaGroup {
  const { groupId, topic, bootstrapServers } = settings;
  const servers = parseBootstrapServers(bootstrapServers);
  const cluster = new KafkaCluster({ bootstrapServers: servers, topic }, createLink);
  const action = `describe group ${groupId}`;
  return {
    groupId,
    async describe() {
      try {
        return await describeGroup(cluster, groupId);
      } catch (error) {
        throw nameConnectionError(error, { action, bootstrapServers });
      }
    },
    [Symbol.dispose]: () => cluster[Symbol.dispose](),
  };
}

/** Groups by KIP-848 are none to who asks as those of the classic protocol are asked for. */
const NO_GROUP = "Dead";

async function describeGroup(cluster: KafkaCluster, groupId: string): Promise<GroupDescription> {
  const coordinator = await cluster.findCoordinator(groupId);
  const classic = await describeClassic(cluster, coordinator, groupId);
  if (classic.state !== NO_GROUP) return classic;
  return (await describeShared(cluster, coordinator, groupId)) ?? classic;
}

async function describeClassic(
  cluster: KafkaCluster,
  coordinator: number,
  groupId: string,
): Promise<GroupDescription> {
  const request = { groups: [groupId], includeAuthorizedOperations: false };
  const { groups } = await cluster.send(coordinator, describeGroups, request);
  const described = inAnswer(groups, groupId);
  throwOnErrorCode(described.errorCode, `describe group ${groupId}`);
  const members = described.members.map(({ memberId, clientId, clientHost, assignment }) => ({
    memberId,
    clientId,
    host: hostOf(clientHost),
    partitions: readPartitions(cluster.topic, memberId, assignment),
  }));
  return { state: described.state, members: members.toSorted(byMemberId) };
}

/**
 * A group whose partitions the brokers share out, some of its members perhaps still of the classic
 * protocol; undefined where it is none, or the broker knows of no such groups.
 */
async function describeShared(
  cluster: KafkaCluster,
  coordinator: number,
  groupId: string,
): Promise<GroupDescription | undefined> {
  const request = { groupIds: [groupId], includeAuthorizedOperations: false };
  const answer = await cluster
    .send(coordinator, consumerGroupDescribe, request)
    .catch((error: unknown) => {
      if (error instanceof KafkaIoError && error.code === "API_UNSUPPORTED") return undefined;
      throw error;
    });
  if (answer === undefined) return undefined;
  const described = inAnswer(answer.groups, groupId);
  const { errorCode, errorMessage } = described;
  const isNone =
    errorCode === ERROR_CODES.GROUP_ID_NOT_FOUND || errorCode === ERROR_CODES.UNSUPPORTED_VERSION;
  if (isNone) return undefined;
  throwOnErrorCode(errorCode, `describe group ${groupId}`, errorMessage);
  const members = described.members.map(({ memberId, clientId, clientHost, assignment }) => ({
    memberId,
    clientId,
    host: hostOf(clientHost),
    partitions: assignment.topicPartitions
      .filter(({ topicName }) => topicName === cluster.topic)
      .flatMap(({ partitions }) => partitions)
      .toSorted((a, b) => a - b),
  }));
  return { state: described.groupState, members: members.toSorted(byMemberId) };
}

function inAnswer<Group extends { readonly groupId: string }>(
  groups: readonly Group[],
  groupId: string,
): Group {
  const described = groups.find((group) => group.groupId === groupId);
  if (described !== undefined) return described;
  throw new KafkaIoError("KAFKA_REQUEST_FAILED", `group ${groupId} is not in the answer`, {
    context: { groupId },
  });
}

/** Java's text of an address: an empty host name, a slash, the number. */
function hostOf(clientHost: string): string {
  return clientHost.replace(/^\//, "");
}

/** Members of other programs may be in the group, and what they are given is their own affair. */
function readPartitions(topic: string, memberId: string, assignment: Buffer): number[] {
  try {
    return decodeAssignment(topic, assignment);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const message = `the assignment of member ${memberId} cannot be read: ${cause.message}`;
    throw new KafkaIoError("KAFKA_REQUEST_FAILED", message, { context: { memberId }, cause });
  }
}

function byMemberId(one: DescribedMember, other: DescribedMember): number {
  return one.memberId < other.memberId ? -1 : 1;
}
