import {
  describeGroups,
  ERROR_CODES,
  heartbeat,
  joinGroup,
  leaveGroup,
  offsetCommit,
  type ResponseOf,
  syncGroup,
} from "@salon/kafka-protocol";
import { throwOnErrorCode } from "../broker/broker-error.ts";
import type { KafkaCluster } from "../cluster/kafka-cluster.ts";
import { backoffMs, pauseFor } from "../cluster/retry.ts";
import { isCommitEarly } from "./group-error.ts";
import { assignmentProtocols, decodeAssignedTopics, type Ownership } from "./group-assignment.ts";

// The requests of the group protocol before KIP-848, each to the group's coordinator by its node
// id. All throw KafkaIoError as `KafkaCluster.send`, and BrokerError.

/** What a member tells the group of itself. */
export interface GroupMemberSettings {
  readonly groupId: string;
  /** Of a static member (KIP-345). */
  readonly groupInstanceId: string | undefined;
  /** Where the member is, for brokers that share partitions out by racks (KIP-881). */
  readonly clientRack?: string | undefined;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
}

/** A member of a generation of a group. */
export interface GenerationMember {
  readonly groupId: string;
  readonly groupInstanceId: string | undefined;
  readonly memberId: string;
  readonly generationId: number;
}

/** A reader outside of the group's protocol. */
export function outsider(groupId: string): GenerationMember {
  return { groupId, groupInstanceId: undefined, memberId: "", generationId: -1 };
}

/** How long leaving may take; after that the session times out by itself. */
export const LEAVE_TIMEOUT_MS = 2000;
/** The last try of a commit comes after some 3 s. */
const COMMIT_TRIES_MAX = 6;
/** What a join may take beyond the time that the group gives its members to join. */
const JOIN_SLACK_MS = 5000;
const PROTOCOL_TYPE = "consumer";
/** The first version of JoinGroup with static members: brokers since 2.3. */
const STATIC_MEMBER_VERSION = 5;

/**
 * Joins, to read the cluster's topic. A member that is new has an empty id: `isJoined` is false
 * where it is only given one, to join with (KIP-394).
 */
export async function joinAs(
  cluster: KafkaCluster,
  coordinator: number,
  settings: GroupMemberSettings,
  memberId: string,
  ownership: Ownership,
): Promise<ResponseOf<typeof joinGroup> & { readonly isJoined: boolean }> {
  const { groupId, groupInstanceId, sessionTimeoutMs, rebalanceTimeoutMs } = settings;
  const joined = await cluster.send(
    coordinator,
    joinGroup,
    {
      groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      memberId,
      groupInstanceId,
      reason: undefined,
      protocolType: PROTOCOL_TYPE,
      protocols: assignmentProtocols(cluster.topic, ownership),
    },
    {
      timeoutMs: rebalanceTimeoutMs + JOIN_SLACK_MS,
      minVersion: groupInstanceId === undefined ? undefined : STATIC_MEMBER_VERSION,
    },
  );
  const isJoined = joined.errorCode !== ERROR_CODES.MEMBER_ID_REQUIRED;
  if (isJoined) throwOnGroupError(joined.errorCode, `join group ${groupId}`, settings);
  return { ...joined, isJoined };
}

/** Gives the leader's shares, none by others, and takes the member's own. */
export async function syncAs(
  cluster: KafkaCluster,
  coordinator: number,
  member: GenerationMember,
  assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[],
): Promise<Buffer> {
  const request = { ...member, assignments };
  const { errorCode, assignment } = await cluster.send(coordinator, syncGroup, request);
  throwOnGroupError(errorCode, `synchronize with group ${member.groupId}`, member);
  return assignment;
}

/** Says that the member is alive. */
export async function heartbeatAs(
  cluster: KafkaCluster,
  coordinator: number,
  member: GenerationMember,
): Promise<void> {
  const { errorCode } = await cluster.send(coordinator, heartbeat, member);
  throwOnGroupError(errorCode, `heartbeat to group ${member.groupId}`, member);
}

/** Leaves; that the group knows the member no more is no error. */
export async function leaveAs(
  cluster: KafkaCluster,
  coordinator: number,
  groupId: string,
  memberId: string,
): Promise<void> {
  const request = { groupId, memberId, members: [{ memberId, groupInstanceId: undefined }] };
  await cluster.send(coordinator, leaveGroup, request, { timeoutMs: LEAVE_TIMEOUT_MS });
}

/** Commits offsets of the cluster's topic for a group. */
export async function commitAs(
  cluster: KafkaCluster,
  coordinator: number,
  offsets: ReadonlyMap<number, number>,
  member: GenerationMember,
): Promise<void> {
  const answer = await cluster.send(coordinator, offsetCommit, {
    ...member,
    retentionTimeMs: -1n,
    topics: [
      {
        name: cluster.topic,
        partitions: [...offsets].map(([index, offset]) => ({
          index,
          committedOffset: BigInt(offset),
          committedLeaderEpoch: -1,
          committedMetadata: "",
        })),
      },
    ],
  });
  for (const { index, errorCode } of answer.topics.flatMap(({ partitions }) => partitions)) {
    throwOnErrorCode(errorCode, `commit the offset of ${cluster.topic}-${index}`);
  }
}

/** Commits, again for a while where the group is between generations and takes no offsets. */
export async function commitAgain(stop: AbortSignal, commit: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await commit();
      return;
    } catch (error) {
      if (!isCommitEarly(error) || tries === COMMIT_TRIES_MAX) throw error;
      await pauseFor(backoffMs(tries), stop);
    }
  }
}

/** How many partitions of each topic the members of the group have. */
export async function countAssigned(
  cluster: KafkaCluster,
  coordinator: number,
  groupId: string,
): Promise<ReadonlyMap<string, number>> {
  const request = { groups: [groupId], includeAuthorizedOperations: false };
  const { groups } = await cluster.send(coordinator, describeGroups, request);
  const [group] = groups;
  throwOnErrorCode(group?.errorCode ?? 0, `describe group ${groupId}`);
  const counts = new Map<string, number>();
  for (const { assignment } of group?.members ?? []) {
    for (const { topic = "", partitions } of decodeAssignedTopics(assignment)) {
      counts.set(topic, (counts.get(topic) ?? 0) + partitions.length);
    }
  }
  return counts;
}

/** Says what those errors mean that end a membership for good. */
function throwOnGroupError(
  errorCode: number,
  what: string,
  { groupInstanceId }: { readonly groupInstanceId: string | undefined },
): void {
  const meanings: Partial<Record<number, string>> = {
    [ERROR_CODES.FENCED_INSTANCE_ID]:
      `another process has the group instance id ${groupInstanceId}`,
    [ERROR_CODES.INCONSISTENT_GROUP_PROTOCOL]: "other members share partitions out in another way",
  };
  throwOnErrorCode(errorCode, what, meanings[errorCode]);
}
