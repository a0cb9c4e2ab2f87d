import { ERROR_CODES, joinGroup } from "@salon/kafka-protocol";
import { refusedJoin } from "../group/member.ts";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** From this version on a new member learns its id first (KIP-394). */
const FIRST_WITH_KNOWN_IDS = 4;
const SESSION_TIMEOUT_MAX_MS = 1_800_000;

/** Answered when all members have joined. */
export const joinGroupHandler: Handler = handlerOf(joinGroup, {
  async handle(request, { broker, clientId, clientHost, version }) {
    const { groupId, memberId, sessionTimeoutMs } = request;
    const errorCode =
      groupId === ""
        ? ERROR_CODES.INVALID_GROUP_ID
        : sessionTimeoutMs < 1 || sessionTimeoutMs > SESSION_TIMEOUT_MAX_MS
          ? ERROR_CODES.INVALID_SESSION_TIMEOUT
          : ERROR_CODES.NONE;
    if (errorCode !== ERROR_CODES.NONE) {
      return { throttleTimeMs: 0, ...refusedJoin(errorCode, memberId) };
    }
    const requiresKnownMemberId = version >= FIRST_WITH_KNOWN_IDS;
    const answer = await broker.groups
      .open(groupId)
      .join({ ...request, clientId, clientHost, requiresKnownMemberId });
    return { throttleTimeMs: 0, ...answer };
  },
  refuse: ({ memberId }, errorCode) => ({
    throttleTimeMs: 0,
    ...refusedJoin(errorCode, memberId),
  }),
});
