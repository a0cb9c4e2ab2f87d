import { ERROR_CODES, syncGroup } from "@salon/kafka-protocol";
import { refusedSync } from "../group/member.ts";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** Answered when the leader has said who gets what. */
export const syncGroupHandler: Handler = handlerOf(syncGroup, {
  async handle(request, { broker }) {
    const group = broker.groups.find(request.groupId);
    const answer =
      (await group?.sync(request, request.assignments)) ??
      refusedSync(ERROR_CODES.UNKNOWN_MEMBER_ID);
    return { throttleTimeMs: 0, ...answer };
  },
  refuse: (_, errorCode) => ({ throttleTimeMs: 0, ...refusedSync(errorCode) }),
});
