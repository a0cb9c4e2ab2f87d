import type { GroupError } from "./group-error.ts";
import type { Group, MemberProtocol } from "./group.ts";

/** A member as its leader is told of it. */
export interface JoinedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | undefined;
  readonly metadata: MemberProtocol["metadata"];
}

/** What a member that joined is told. */
export interface Joined {
  readonly kind: "joined";
  readonly memberId: string;
  readonly generation: number;
  readonly protocolName: string;
  readonly leaderId: string;
  /** All of the group for its leader, none for the others. */
  readonly members: readonly JoinedMember[];
  /** The leader is back, and what it assigned before goes on (KIP-814). */
  readonly skipAssignment?: boolean;
}

/** What a member is to do in this generation. */
export interface Synced {
  readonly kind: "synced";
  readonly assignment: Buffer;
}

/** A request that comes to nothing. */
export interface Refused {
  readonly kind: "refused";
  readonly error: GroupError;
  /** The id to join with: given out with `MEMBER_ID_REQUIRED`, the request's own otherwise. */
  readonly memberId?: string;
}

/** The answer to a request to join or to sync that may have waited. */
export interface GroupAnswer {
  readonly requestId: number;
  readonly answer: Joined | Synced | Refused;
}

/** A new state of a group, and the answers that are due on the way to it. */
export interface GroupStep {
  readonly group: Group;
  readonly answers: readonly GroupAnswer[];
}

/** The step to a group, with the answers that are given. */
export function step(group: Group, answers: readonly GroupAnswer[] = []): GroupStep {
  return { group, answers };
}

/** One step after another: their answers stand in that order. */
export function andThen(first: GroupStep, next: (group: Group) => GroupStep): GroupStep {
  const second = next(first.group);
  return { group: second.group, answers: [...first.answers, ...second.answers] };
}

/** A request that is refused and changes nothing. */
export function refuse(group: Group, requestId: number, error: GroupError): GroupStep {
  return step(group, [{ requestId, answer: { kind: "refused", error } }]);
}

/** When something happens to a group, and how it is to be taken. */
export interface GroupMoment {
  /** Of a clock that never goes back. */
  readonly nowMs: number;
  /** How long an empty group waits for more members than its first, in milliseconds. */
  readonly initialRebalanceDelayMs: number;
}
