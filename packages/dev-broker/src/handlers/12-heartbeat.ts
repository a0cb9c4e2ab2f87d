import { ERROR_CODES, heartbeat } from "@salon/kafka-protocol";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** A member is alive; the answer tells it when to join again. */
export const heartbeatHandler: Handler = handlerOf(heartbeat, {
  handle: (request, { broker }) => ({
    throttleTimeMs: 0,
    errorCode:
      broker.groups.find(request.groupId)?.heartbeat(request) ?? ERROR_CODES.UNKNOWN_MEMBER_ID,
  }),
  refuse: (_, errorCode) => ({ throttleTimeMs: 0, errorCode }),
});
