import type { RequestOf, ResponseOf } from "@salon/kafka-protocol";
import type { joinGroup, syncGroup } from "@salon/kafka-protocol";

/** A member's request to join, and who asks. */
export interface JoinRequest extends RequestOf<typeof joinGroup> {
  readonly clientId: string;
  readonly clientHost: string;
  /** Since version 4 a new member is first given its id, and joins again with it (KIP-394). */
  readonly requiresKnownMemberId: boolean;
}

/** What a join is answered. */
export type JoinAnswer = Omit<ResponseOf<typeof joinGroup>, "throttleTimeMs">;
/** What a sync is answered. */
export type SyncAnswer = Omit<ResponseOf<typeof syncGroup>, "throttleTimeMs">;

/** How a member can be assigned partitions, and what it says of itself for that. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** A member of a group, as long as it is one. */
export interface Member {
  readonly memberId: string;
  readonly groupInstanceId: string | undefined;
  readonly clientId: string;
  readonly clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: readonly MemberProtocol[];
  assignment: Buffer;
  /** Waits for the other members to join. */
  answerJoin: ((answer: JoinAnswer) => void) | undefined;
  /** Waits for the leader's assignment. */
  answerSync: ((answer: SyncAnswer) => void) | undefined;
  /** Forgets the session's end. */
  forgetSession: () => void;
}

/** A member that begins with what it says of itself. */
export function createMember(memberId: string, request: JoinRequest): Member {
  return {
    memberId,
    groupInstanceId: request.groupInstanceId,
    clientId: request.clientId,
    clientHost: request.clientHost,
    ...whatItSays(request),
    assignment: Buffer.alloc(0),
    answerJoin: undefined,
    answerSync: undefined,
    forgetSession: () => {},
  };
}

/** What a member says anew each time it joins. Metadata are copied out of the request. */
export function whatItSays(
  request: JoinRequest,
): Pick<Member, "sessionTimeoutMs" | "rebalanceTimeoutMs" | "protocols"> {
  const { sessionTimeoutMs, rebalanceTimeoutMs, protocols } = request;
  return {
    sessionTimeoutMs,
    rebalanceTimeoutMs: rebalanceTimeoutMs < 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
    protocols: protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
  };
}

/** Whether two lists of protocols are the same, metadata included. */
export function isSameProtocols(
  left: readonly MemberProtocol[],
  right: readonly MemberProtocol[],
): boolean {
  return (
    left.length === right.length &&
    left.every(({ name, metadata }, index) => {
      const other = right[index];
      return name === other?.name && metadata.equals(other.metadata);
    })
  );
}

/** The answer to a join that failed. */
export function refusedJoin(errorCode: number, memberId: string): JoinAnswer {
  return { errorCode, generationId: -1, protocolName: "", leader: "", memberId, members: [] };
}

/** The answer to a sync that failed. */
export function refusedSync(errorCode: number): SyncAnswer {
  return { errorCode, assignment: Buffer.alloc(0) };
}
