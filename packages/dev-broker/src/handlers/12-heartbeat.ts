import { ERROR_CODES, heartbeat } from "@salon/kafka-protocol";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** A member is alive; the answer tells it when to join again. */
export const heartbeatHandler: Handler = handlerOf(heartbeat, {
  handle: ({ groupId, generationId, ...identity }, { broker }) => {
    const error = broker.groups.heartbeat(groupId, { ...identity, generation: generationId });
    return { throttleTimeMs: 0, errorCode: ERROR_CODES[error ?? "NONE"] };
  },
  refuse: (_, errorCode) => ({ throttleTimeMs: 0, errorCode }),
});
