import type { Group } from "./group.ts";
import { metadataFor, NO_ASSIGNMENT } from "./group.ts";

/** A group's state by the name that Kafka prints. */
type GroupState = Group["phase"]["kind"] | "Dead";

/** A group as its administrators see it. */
export interface GroupDescription {
  readonly groupId: string;
  readonly state: GroupState;
  readonly protocolType: string;
  /** Of a stable group only. */
  readonly protocolName: string;
  readonly members: readonly DescribedMember[];
}

/** A member as administrators see it; metadata and assignment are those of a stable group. */
interface DescribedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | undefined;
  readonly clientId: string;
  readonly clientHost: string;
  readonly metadata: Buffer;
  readonly assignment: Buffer;
}

/** Describes a group. */
export function describeGroup(group: Group): GroupDescription {
  const isStable = group.phase.kind === "Stable";
  return {
    groupId: group.groupId,
    state: group.phase.kind,
    protocolType: group.protocolType ?? "",
    protocolName: isStable ? (group.protocolName ?? "") : "",
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      metadata: isStable ? metadataFor(member, group.protocolName) : NO_ASSIGNMENT,
      assignment: isStable ? member.assignment : NO_ASSIGNMENT,
    })),
  };
}
