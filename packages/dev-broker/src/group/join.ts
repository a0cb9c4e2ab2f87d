import type { GroupMoment, GroupStep } from "./group-step.ts";
import { andThen, refuse, step } from "./group-step.ts";
import type { Group, Member, MemberProtocol } from "./group.ts";
import { changeMember, NO_ASSIGNMENT, staticMember, withMember, withoutPending } from "./group.ts";
import { findMember } from "./membership.ts";
import { electProtocol, joinedAnswer, prepareRebalance, refuseWaiting } from "./rebalance.ts";

/** A request to be a member (JoinGroup). */
export interface JoinRequest {
  readonly requestId: number;
  /** Empty for who is no member yet. */
  readonly memberId: string;
  readonly groupInstanceId: string | undefined;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly MemberProtocol[];
  /** An id that nobody has, for a new member. */
  readonly newMemberId: string;
  /**
   * A new member is given its id and is to join again with it, so that one who never hears the
   * answer is no member (KIP-394).
   */
  readonly requiresKnownMemberId: boolean;
  /** It may be told that it leads, and is not to assign (KIP-814). */
  readonly canSkipAssignment?: boolean;
}

/** How long a new member may wait for its first generation before it is dropped. */
const NEW_MEMBER_TIMEOUT_MS = 300_000;

/**
 * Takes a member in, or has it join again. It is answered when the rebalance is completed; at once
 * where there is none, or `INCONSISTENT_GROUP_PROTOCOL`, `MEMBER_ID_REQUIRED`, `UNKNOWN_MEMBER_ID`,
 * `FENCED_INSTANCE_ID`.
 */
export function join(group: Group, request: JoinRequest, moment: GroupMoment): GroupStep {
  if (!isConsistent(group, request)) {
    return refuse(group, request.requestId, "INCONSISTENT_GROUP_PROTOCOL");
  }
  return request.memberId === ""
    ? joinFirst(group, request, moment)
    : joinAgain(group, request, moment);
}

/** Whether the members could still agree on a protocol. */
function isConsistent(group: Group, request: JoinRequest): boolean {
  const { protocolType, protocols } = request;
  if (protocolType === "" || protocols.length === 0) return false;
  const replaced =
    request.groupInstanceId === undefined
      ? undefined
      : staticMember(group, request.groupInstanceId)?.memberId;
  const others = [...group.members.values()].filter(
    ({ memberId }) => memberId !== request.memberId && memberId !== replaced,
  );
  if (group.members.size > 0 && group.protocolType !== protocolType) return false;
  return protocols.some(({ name }) =>
    others.every((other) => other.protocols.some((protocol) => protocol.name === name)),
  );
}

function joinFirst(group: Group, request: JoinRequest, moment: GroupMoment): GroupStep {
  const { requestId, groupInstanceId, newMemberId } = request;
  if (groupInstanceId !== undefined) {
    const known = staticMember(group, groupInstanceId);
    if (known !== undefined) return replaceStatic(group, known, request, moment);
  } else if (request.requiresKnownMemberId) {
    const forgetAtMs = moment.nowMs + request.sessionTimeoutMs;
    const pendingMembers = new Map(group.pendingMembers).set(newMemberId, forgetAtMs);
    const answer = { kind: "refused", error: "MEMBER_ID_REQUIRED", memberId: newMemberId } as const;
    return step({ ...group, pendingMembers }, [{ requestId, answer }]);
  }
  return addMember(group, newMemberId, request, moment);
}

function joinAgain(group: Group, request: JoinRequest, moment: GroupMoment): GroupStep {
  if (group.pendingMembers.has(request.memberId) && request.groupInstanceId === undefined) {
    return addMember(withoutPending(group, request.memberId), request.memberId, request, moment);
  }
  const member = findMember(group, request);
  if (typeof member === "string") return refuse(group, request.requestId, member);
  switch (group.phase.kind) {
    case "PreparingRebalance":
      return rejoin(group, member, request, moment);
    case "CompletingRebalance":
      // It has not heard the answer to its first request.
      if (hasSameProtocols(member, request)) return answerAgain(group, member, request);
      return rejoin(group, member, request, moment);
    case "Stable":
      // A leader joins again where it wants to assign anew.
      if (hasSameProtocols(member, request) && group.leaderId !== member.memberId) {
        return answerAgain(group, member, request);
      }
      return rejoin(group, member, request, moment);
    case "Empty":
      return refuse(group, request.requestId, "UNKNOWN_MEMBER_ID");
    default:
      return group.phase satisfies never;
  }
}

function addMember(
  group: Group,
  memberId: string,
  request: JoinRequest,
  moment: GroupMoment,
): GroupStep {
  const added = withMember(group, {
    memberId,
    ...described(request),
    assignment: NO_ASSIGNMENT,
    waiting: { kind: "join", requestId: request.requestId },
    hasSynced: false,
    expiresAtMs: moment.nowMs + NEW_MEMBER_TIMEOUT_MS,
  });
  const { phase } = group;
  const isPutOff = phase.kind === "PreparingRebalance" && phase.initial !== undefined;
  return prepareRebalance(
    {
      ...added,
      protocolType: request.protocolType,
      leaderId: group.leaderId ?? memberId,
      phase: isPutOff ? { ...phase, initial: { ...phase.initial, hasNewMember: true } } : phase,
    },
    moment,
  );
}

function rejoin(
  group: Group,
  member: Member,
  request: JoinRequest,
  moment: GroupMoment,
): GroupStep {
  const updated = changeMember(group, member, {
    ...described(request),
    waiting: { kind: "join", requestId: request.requestId },
    expiresAtMs: Number.POSITIVE_INFINITY,
  });
  // Its connection was lost while it waited: the request that it sent there is over.
  const over = refuseWaiting(member, "REBALANCE_IN_PROGRESS");
  return andThen(step(updated, over), (current) => prepareRebalance(current, moment));
}

/**
 * A static member that was started again takes its old place under a new id. As long as the group
 * is stable and would elect the same protocol, it goes on with its old assignment (KIP-345).
 */
function replaceStatic(
  group: Group,
  old: Member,
  request: JoinRequest,
  moment: GroupMoment,
): GroupStep {
  const memberId = request.newMemberId;
  const { requestId } = request;
  const isLeader = group.leaderId === old.memberId;
  const member: Member = { ...old, ...described(request), memberId, waiting: undefined };
  const members = new Map(
    [...group.members].map(([id, each]) => (id === old.memberId ? [memberId, member] : [id, each])),
  );
  const replaced = { ...group, members, leaderId: isLeader ? memberId : group.leaderId };
  const over = step(replaced, refuseWaiting(old, "FENCED_INSTANCE_ID"));
  if (group.phase.kind !== "Stable" || electProtocol(replaced) !== group.protocolName) {
    return andThen(over, (current) => rejoin(current, member, request, moment));
  }
  const joined = joinedAnswer(replaced, member);
  // One that would assign is not told that it leads: nobody would hear.
  const answer =
    isLeader && request.canSkipAssignment === true
      ? { ...joined, skipAssignment: true }
      : { ...joined, leaderId: group.leaderId ?? "", members: [] };
  return andThen(over, (current) =>
    step(changeMember(current, member, { expiresAtMs: moment.nowMs + member.sessionTimeoutMs }), [
      { requestId, answer },
    ]),
  );
}

function answerAgain(group: Group, member: Member, { requestId }: JoinRequest): GroupStep {
  return step(group, [{ requestId, answer: joinedAnswer(group, member) }]);
}

function described(request: JoinRequest) {
  const { groupInstanceId, clientId, clientHost } = request;
  const { sessionTimeoutMs, rebalanceTimeoutMs, protocols } = request;
  return {
    groupInstanceId,
    clientId,
    clientHost,
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    protocols,
  };
}

function hasSameProtocols(member: Member, { protocols }: JoinRequest): boolean {
  return (
    member.protocols.length === protocols.length &&
    member.protocols.every(({ name, metadata }, index) => {
      const other = protocols[index];
      return other?.name === name && Buffer.compare(metadata, other.metadata) === 0;
    })
  );
}
