import type { GroupAnswer, GroupStep, Synced } from "./group-step.ts";
import { andThen, refuse, step } from "./group-step.ts";
import type { Group, Member } from "./group.ts";
import { changeMember, mapMembers, NO_ASSIGNMENT } from "./group.ts";
import type { MemberRequest } from "./membership.ts";
import { findMemberOf } from "./membership.ts";
import { refuseWaiting } from "./rebalance.ts";

/** A request for the sender's assignment; the leader's brings those of all (SyncGroup). */
export interface SyncRequest extends MemberRequest {
  readonly requestId: number;
  readonly assignments: readonly MemberAssignment[];
}

/** What the leader gave to a member. */
interface MemberAssignment {
  readonly memberId: string;
  readonly assignment: Buffer;
}

/**
 * Answers a member with its assignment as soon as the leader has sent it. Errors:
 * `UNKNOWN_MEMBER_ID`, `FENCED_INSTANCE_ID`, `ILLEGAL_GENERATION`, `REBALANCE_IN_PROGRESS`.
 */
export function sync(group: Group, request: SyncRequest, nowMs: number): GroupStep {
  const { requestId } = request;
  const member = findMemberOf(group, request);
  if (typeof member === "string") return refuse(group, requestId, member);
  switch (group.phase.kind) {
    case "Empty":
      return refuse(group, requestId, "UNKNOWN_MEMBER_ID");
    case "PreparingRebalance":
      return refuse(group, requestId, "REBALANCE_IN_PROGRESS");
    case "CompletingRebalance": {
      const waiting = changeMember(group, member, {
        waiting: { kind: "sync", requestId },
        hasSynced: true,
        expiresAtMs: Number.POSITIVE_INFINITY,
      });
      // Its connection was lost while it waited: the request that it sent there is over.
      const over = step(waiting, refuseWaiting(member, "REBALANCE_IN_PROGRESS"));
      if (member.memberId !== group.leaderId) return over;
      return andThen(over, (current) => assign(current, request.assignments, nowMs));
    }
    case "Stable":
      return step(
        changeMember(group, member, {
          hasSynced: true,
          expiresAtMs: nowMs + member.sessionTimeoutMs,
        }),
        [{ requestId, answer: syncedAnswer(member) }],
      );
    default:
      return group.phase satisfies never;
  }
}

/** Ends the rebalance: a member that the leader left out has nothing. */
function assign(group: Group, assignments: readonly MemberAssignment[], nowMs: number): GroupStep {
  if (group.phase.kind !== "CompletingRebalance") return step(group);
  const byMember = new Map(assignments.map((each) => [each.memberId, each.assignment]));
  const assigned = mapMembers(group, (member) => ({
    ...member,
    assignment: byMember.get(member.memberId) ?? NO_ASSIGNMENT,
  }));
  const answers = [...assigned.members.values()].flatMap((member): GroupAnswer[] =>
    member.waiting === undefined
      ? []
      : [{ requestId: member.waiting.requestId, answer: syncedAnswer(member) }],
  );
  const stable = mapMembers(assigned, (member) =>
    member.waiting === undefined
      ? member
      : { ...member, waiting: undefined, expiresAtMs: nowMs + member.sessionTimeoutMs },
  );
  return step({ ...stable, phase: { ...group.phase, kind: "Stable" } }, answers);
}

function syncedAnswer({ assignment }: Member): Synced {
  return { kind: "synced", assignment };
}
