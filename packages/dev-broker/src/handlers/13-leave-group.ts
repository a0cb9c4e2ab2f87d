import { ERROR_CODES, leaveGroup } from "@salon/kafka-protocol";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** From this version on several members may go at once. */
const FIRST_WITH_MEMBERS = 3;

/** Members go; the others share their partitions. */
export const leaveGroupHandler: Handler = handlerOf(leaveGroup, {
  handle({ groupId, memberId, members }, { broker, version }) {
    const leave = (id: string, groupInstanceId?: string): number =>
      ERROR_CODES[broker.groups.leave(groupId, { memberId: id, groupInstanceId }) ?? "NONE"];
    if (version < FIRST_WITH_MEMBERS) {
      return { throttleTimeMs: 0, errorCode: leave(memberId), members: [] };
    }
    const answers = members.map((each) => ({
      ...each,
      errorCode: leave(each.memberId, each.groupInstanceId),
    }));
    return { throttleTimeMs: 0, errorCode: ERROR_CODES.NONE, members: answers };
  },
  refuse: (_, errorCode) => ({ throttleTimeMs: 0, errorCode, members: [] }),
});
