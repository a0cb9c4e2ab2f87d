import { ERROR_CODES, joinGroup } from "@salon/kafka-protocol";
import type { ResponseOf } from "@salon/kafka-protocol";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** From this version on a new member learns its id first (KIP-394). */
const FIRST_WITH_KNOWN_IDS = 4;
/** From this one on a leader that is back can be told so (KIP-814). */
const FIRST_WITH_SKIPPED_ASSIGNMENT = 9;

/** Answered when all members have joined. */
export const joinGroupHandler: Handler = handlerOf(joinGroup, {
  async handle(request, { broker, clientId, clientHost, version }) {
    const { groupId, memberId, groupInstanceId, sessionTimeoutMs, rebalanceTimeoutMs } = request;
    const answer = await broker.groups.join(groupId, {
      memberId,
      groupInstanceId,
      clientId,
      clientHost,
      sessionTimeoutMs,
      rebalanceTimeoutMs: rebalanceTimeoutMs < 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
      protocolType: request.protocolType,
      // Kept for long: a view would keep its whole request.
      protocols: request.protocols.map(({ name, metadata }) => ({
        name,
        metadata: Buffer.from(metadata),
      })),
      requiresKnownMemberId: version >= FIRST_WITH_KNOWN_IDS,
      canSkipAssignment: version >= FIRST_WITH_SKIPPED_ASSIGNMENT,
    });
    if (answer.kind === "refused") {
      return refused(ERROR_CODES[answer.error], answer.memberId ?? memberId);
    }
    return {
      throttleTimeMs: 0,
      errorCode: ERROR_CODES.NONE,
      generationId: answer.generation,
      protocolType: request.protocolType,
      protocolName: answer.protocolName,
      leader: answer.leaderId,
      skipAssignment: answer.skipAssignment ?? false,
      memberId: answer.memberId,
      members: answer.members,
    };
  },
  refuse: ({ memberId }, errorCode) => refused(errorCode, memberId),
});

function refused(errorCode: number, memberId: string): ResponseOf<typeof joinGroup> {
  return {
    throttleTimeMs: 0,
    errorCode,
    generationId: -1,
    protocolType: undefined,
    protocolName: undefined,
    leader: "",
    skipAssignment: false,
    memberId,
    members: [],
  };
}
