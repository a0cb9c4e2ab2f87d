import type { GroupError } from "./group-error.ts";
import type { GroupMoment, GroupStep } from "./group-step.ts";
import { step } from "./group-step.ts";
import type { Group } from "./group.ts";
import { staticMember, withoutPending } from "./group.ts";
import type { MemberIdentity } from "./membership.ts";
import { findMember } from "./membership.ts";
import { completeIfAllJoined, dropMembers } from "./rebalance.ts";

/** What came of a member's leaving. */
export type LeaveStep = GroupStep & { readonly error?: GroupError };

/**
 * Lets a member go. A static one may be named by its instance alone, as who administrates the group
 * does (KIP-345). Errors: `UNKNOWN_MEMBER_ID`, `FENCED_INSTANCE_ID`.
 */
export function leave(group: Group, identity: MemberIdentity, moment: GroupMoment): LeaveStep {
  const { memberId, groupInstanceId } = identity;
  if (groupInstanceId === undefined && group.pendingMembers.has(memberId)) {
    return completeIfAllJoined(withoutPending(group, memberId), moment.nowMs);
  }
  const member =
    memberId === "" && groupInstanceId !== undefined
      ? (staticMember(group, groupInstanceId) ?? "UNKNOWN_MEMBER_ID")
      : findMember(group, identity);
  if (typeof member === "string") return { ...step(group), error: member };
  return dropMembers(group, [member], moment);
}
