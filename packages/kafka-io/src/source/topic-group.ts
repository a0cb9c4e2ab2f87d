import { describeGroups } from "@salon/kafka-protocol";
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

async function describeGroup(cluster: KafkaCluster, groupId: string): Promise<GroupDescription> {
  const coordinator = await cluster.findCoordinator(groupId);
  const request = { groups: [groupId], includeAuthorizedOperations: false };
  const { groups } = await cluster.send(coordinator, describeGroups, request);
  const described = groups.find((group) => group.groupId === groupId);
  if (described === undefined) {
    throw new KafkaIoError("KAFKA_REQUEST_FAILED", `group ${groupId} is not in the answer`, {
      context: { groupId },
    });
  }
  throwOnErrorCode(described.errorCode, `describe group ${groupId}`);
  const members = described.members.map(
    ({ memberId, clientId, clientHost, assignment }): DescribedMember => ({
      memberId,
      clientId,
      // Java's text of an address: an empty host name, a slash, the number.
      host: clientHost.replace(/^\//, ""),
      partitions: readPartitions(cluster.topic, memberId, assignment),
    }),
  );
  return { state: described.state, members: members.toSorted(byMemberId) };
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
