import { ERROR_CODES, syncGroup } from "@salon/kafka-protocol";
import type { ResponseOf } from "@salon/kafka-protocol";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** Answered when the leader has said who gets what. */
export const syncGroupHandler: Handler = handlerOf(syncGroup, {
  async handle(request, { broker }) {
    const { groupId, memberId, groupInstanceId, generationId } = request;
    const answer = await broker.groups.sync(groupId, {
      memberId,
      groupInstanceId,
      generation: generationId,
      // Kept for long: a view would keep its whole request.
      assignments: request.assignments.map((each) => ({
        memberId: each.memberId,
        assignment: Buffer.from(each.assignment),
      })),
    });
    if (answer.kind === "refused") return refused(ERROR_CODES[answer.error]);
    return { throttleTimeMs: 0, errorCode: ERROR_CODES.NONE, assignment: answer.assignment };
  },
  refuse: (_, errorCode) => refused(errorCode),
});

function refused(errorCode: number): ResponseOf<typeof syncGroup> {
  return { throttleTimeMs: 0, errorCode, assignment: Buffer.alloc(0) };
}
