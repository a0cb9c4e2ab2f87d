import { ERROR_CODES, listGroups } from "@salon/kafka-protocol";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** The groups that have members, or had some, or have committed offsets. */
export const listGroupsHandler: Handler = handlerOf(listGroups, {
  handle(_, { broker }) {
    const ids = new Set([...broker.groups.all.keys(), ...broker.offsets.groupIds]);
    const groups = [...ids].map((groupId) => ({
      groupId,
      protocolType: broker.groups.find(groupId)?.protocolType ?? "",
    }));
    return { throttleTimeMs: 0, errorCode: ERROR_CODES.NONE, groups };
  },
  refuse: (_, errorCode) => ({ throttleTimeMs: 0, errorCode, groups: [] }),
});
