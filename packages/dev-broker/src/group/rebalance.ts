import type { GroupError } from "./group-error.ts";
import type { GroupAnswer, GroupMoment, GroupStep, Joined, JoinedMember } from "./group-step.ts";
import { andThen, step } from "./group-step.ts";
import type { Group, InitialDelay, Member } from "./group.ts";
import {
  mapMembers,
  metadataFor,
  NO_ASSIGNMENT,
  rebalanceTimeoutMs,
  withoutMember,
} from "./group.ts";

/**
 * Has all members join again; a member that waits for its assignment is told so. An empty group
 * waits for more members first, so that they do not rebalance one by one (KIP-134).
 */
export function prepareRebalance(group: Group, moment: GroupMoment): GroupStep {
  const { nowMs, initialRebalanceDelayMs: delayMs } = moment;
  const timeoutMs = rebalanceTimeoutMs(group);
  switch (group.phase.kind) {
    case "PreparingRebalance":
      return completeIfAllJoined(group, nowMs);
    case "Empty": {
      const remainingMs = Math.max(0, timeoutMs - delayMs);
      const initial = { delayMs, remainingMs, hasNewMember: false };
      return passDeadline(preparing(group, nowMs + delayMs, initial), nowMs);
    }
    case "CompletingRebalance":
    case "Stable":
      return andThen(interruptSyncs(group, nowMs), (interrupted) =>
        completeIfAllJoined(preparing(interrupted, nowMs + timeoutMs), nowMs),
      );
    default:
      return group.phase satisfies never;
  }
}

/**
 * Completes a rebalance once all members have joined again and no id that was given out is awaited.
 */
export function completeIfAllJoined(group: Group, nowMs: number): GroupStep {
  const { phase, members, pendingMembers } = group;
  // The first rebalance is completed by its deadline alone.
  if (phase.kind !== "PreparingRebalance" || phase.initial !== undefined) return step(group);
  const haveAllJoined = [...members.values()].every(isJoining);
  return haveAllJoined && pendingMembers.size === 0 ? complete(group, nowMs) : step(group);
}

/** Completes a rebalance whose deadline has passed; a first one is put off while members come. */
export function passDeadline(group: Group, nowMs: number): GroupStep {
  const { phase } = group;
  if (phase.kind !== "PreparingRebalance" || nowMs < phase.deadlineMs) return step(group);
  const { initial } = phase;
  if (initial === undefined || !initial.hasNewMember || initial.remainingMs === 0) {
    return complete(group, nowMs);
  }
  const delayMs = Math.min(initial.delayMs, initial.remainingMs);
  const remainingMs = initial.remainingMs - delayMs;
  return step(
    preparing(group, phase.deadlineMs + delayMs, { ...initial, remainingMs, hasNewMember: false }),
  );
}

/** Removes members, whose partitions the others share. Requests of theirs that wait are refused. */
export function dropMembers(
  group: Group,
  dropped: readonly Member[],
  moment: GroupMoment,
): GroupStep {
  if (dropped.length === 0) return step(group);
  const rest = dropped.reduce((left, { memberId }) => withoutMember(left, memberId), group);
  const refusals = dropped.flatMap((member) => refuseWaiting(member, "UNKNOWN_MEMBER_ID"));
  return andThen(step(rest, refusals), (remaining) => prepareRebalance(remaining, moment));
}

/** The refusal of the request in which a member waits, if it does. */
export function refuseWaiting(member: Member, error: GroupError): readonly GroupAnswer[] {
  if (member.waiting === undefined) return [];
  return [{ requestId: member.waiting.requestId, answer: { kind: "refused", error } }];
}

/** What a member is told of the generation that it is in. */
export function joinedAnswer(group: Group, member: Member): Joined {
  return {
    kind: "joined",
    memberId: member.memberId,
    generation: group.generation,
    protocolName: group.protocolName ?? "",
    leaderId: group.leaderId ?? "",
    members: group.leaderId === member.memberId ? joinedMembers(group) : [],
  };
}

/** The members as their leader is told of them. */
function joinedMembers(group: Group): readonly JoinedMember[] {
  return [...group.members.values()].map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    metadata: metadataFor(member, group.protocolName),
  }));
}

/**
 * The protocol with most votes of those that all members know; each votes for the one it prefers.
 * Among equals it is the one that was voted for first.
 */
export function electProtocol(group: Group): string | undefined {
  const members = [...group.members.values()];
  const isKnownToAll = (name: string): boolean =>
    members.every(({ protocols }) => protocols.some((protocol) => protocol.name === name));
  const votes = new Map<string, number>();
  for (const { protocols } of members) {
    const preferred = protocols.find(({ name }) => isKnownToAll(name));
    if (preferred !== undefined) votes.set(preferred.name, (votes.get(preferred.name) ?? 0) + 1);
  }
  const [elected] = [...votes].toSorted(([, a], [, b]) => b - a);
  return elected?.[0];
}

function isJoining(member: Member): boolean {
  return member.waiting?.kind === "join";
}

function preparing(group: Group, deadlineMs: number, initial?: InitialDelay): Group {
  const phase = { kind: "PreparingRebalance", deadlineMs } as const;
  return { ...group, phase: initial === undefined ? phase : { ...phase, initial } };
}

function isSyncing(member: Member): boolean {
  return member.waiting?.kind === "sync";
}

/** Tells who waits for an assignment that there will be none in this generation. */
function interruptSyncs(group: Group, nowMs: number): GroupStep {
  const answers = [...group.members.values()]
    .filter(isSyncing)
    .flatMap((member) => refuseWaiting(member, "REBALANCE_IN_PROGRESS"));
  const interrupted = mapMembers(group, (member) =>
    isSyncing(member)
      ? { ...member, waiting: undefined, expiresAtMs: nowMs + member.sessionTimeoutMs }
      : member,
  );
  return step(interrupted, answers);
}

/**
 * Begins the next generation with who has joined. A dynamic member that has not is dropped; a
 * static one keeps its place until its session ends.
 */
function complete(before: Group, nowMs: number): GroupStep {
  const isLate = (member: Member): boolean =>
    !isJoining(member) && member.groupInstanceId === undefined;
  const late = [...before.members.values()].filter(isLate);
  const group = late.reduce((left, { memberId }) => withoutMember(left, memberId), before);
  const joining = [...group.members.values()].filter(isJoining);
  const generation = group.generation + 1;
  if (group.members.size === 0) {
    const phase = { kind: "Empty" } as const;
    return step({ ...group, generation, phase, protocolName: undefined, leaderId: undefined });
  }
  const [first] = joining;
  const deadlineMs = nowMs + rebalanceTimeoutMs(group);
  // Static members alone, of which none came back yet: they have until their sessions end.
  if (first === undefined) return step(preparing(group, deadlineMs));
  const isLeaderThere = joining.some(({ memberId }) => memberId === group.leaderId);
  const completing = mapMembers(
    {
      ...group,
      generation,
      phase: { kind: "CompletingRebalance", syncDeadlineMs: deadlineMs },
      protocolName: electProtocol(group),
      leaderId: isLeaderThere ? group.leaderId : first.memberId,
    },
    (member) => ({
      ...member,
      waiting: undefined,
      hasSynced: false,
      assignment: NO_ASSIGNMENT,
      expiresAtMs: nowMs + member.sessionTimeoutMs,
    }),
  );
  const answers = joining.flatMap((member): GroupAnswer[] =>
    member.waiting === undefined
      ? []
      : [{ requestId: member.waiting.requestId, answer: joinedAnswer(completing, member) }],
  );
  return step(completing, answers);
}
