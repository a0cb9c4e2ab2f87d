import { ERROR_CODES, listGroups } from "@salon/kafka-protocol";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** The groups that have members, or had some, or have committed offsets. */
export const listGroupsHandler: Handler = handlerOf(listGroups, {
  handle(_, { broker }) {
    const groups = broker.groups
      .list()
      .map(({ groupId, protocolType }) => ({ groupId, protocolType }));
    return { throttleTimeMs: 0, errorCode: ERROR_CODES.NONE, groups };
  },
  refuse: (_, errorCode) => ({ throttleTimeMs: 0, errorCode, groups: [] }),
});
