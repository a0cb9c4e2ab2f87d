import type { GroupError } from "./group-error.ts";
import type { Group, Member } from "./group.ts";
import { changeMember } from "./group.ts";
import type { MemberRequest } from "./membership.ts";
import { findMemberOf } from "./membership.ts";

/** A group after a request that is answered at once: without an error if all is well. */
export interface GroupVerdict {
  readonly group: Group;
  readonly error?: GroupError;
}

/**
 * Keeps a member for another session. `REBALANCE_IN_PROGRESS` has it join again; the other errors
 * are those of a member that is none any more: `UNKNOWN_MEMBER_ID`, `ILLEGAL_GENERATION`,
 * `FENCED_INSTANCE_ID`.
 */
export function heartbeat(group: Group, request: MemberRequest, nowMs: number): GroupVerdict {
  const member = findMemberOf(group, request);
  if (typeof member === "string") return { group, error: member };
  const alive = keepAlive(group, member, nowMs);
  return group.phase.kind === "PreparingRebalance"
    ? { group: alive, error: "REBALANCE_IN_PROGRESS" }
    : { group: alive };
}

/**
 * Whether offsets may be committed: by a member of this generation, or with generation -1 by
 * anybody while the group has no members. A commit is a sign of life too.
 *
 * Errors: `UNKNOWN_MEMBER_ID`, `FENCED_INSTANCE_ID`, `ILLEGAL_GENERATION`, and while members wait
 * for assignments `REBALANCE_IN_PROGRESS`.
 */
export function fenceCommit(group: Group, request: MemberRequest, nowMs: number): GroupVerdict {
  if (request.generation < 0 && group.phase.kind === "Empty") return { group };
  const member = findMemberOf(group, request);
  if (typeof member === "string") return { group, error: member };
  if (group.phase.kind === "CompletingRebalance") return { group, error: "REBALANCE_IN_PROGRESS" };
  return { group: keepAlive(group, member, nowMs) };
}

/** One that waits for an answer is kept anyway. */
function keepAlive(group: Group, member: Member, nowMs: number): Group {
  if (member.waiting !== undefined) return group;
  return changeMember(group, member, { expiresAtMs: nowMs + member.sessionTimeoutMs });
}
