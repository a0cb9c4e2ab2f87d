import { ERROR_CODES, offsetFetch } from "@salon/kafka-protocol";
import type { RequestOf, ResponseOf } from "@salon/kafka-protocol";
import type { GroupOffset } from "../group/group-offsets.ts";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** What a group has committed; -1 where it has not. */
export const offsetFetchHandler: Handler = handlerOf(offsetFetch, {
  handle(request, { broker: { offsets } }) {
    const { groupId } = request;
    const wanted =
      request.topics ??
      Array.from(offsets.partitionsOf(groupId), ([name, partitions]) => ({ name, partitions }));
    return answerEach(wanted, ERROR_CODES.NONE, (topic, partition) =>
      offsets.fetch(groupId, topic, partition),
    );
  },
  refuse: ({ topics = [] }, errorCode) => answerEach(topics, errorCode, () => undefined),
});

function answerEach(
  topics: NonNullable<RequestOf<typeof offsetFetch>["topics"]>,
  errorCode: number,
  committed: (topic: string, partition: number) => GroupOffset | undefined,
): ResponseOf<typeof offsetFetch> {
  return {
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((index) => {
        const { offset = -1n, leaderEpoch = -1, metadata = "" } = committed(name, index) ?? {};
        return {
          index,
          committedOffset: offset,
          committedLeaderEpoch: leaderEpoch,
          metadata,
          errorCode,
        };
      }),
    })),
    errorCode,
  };
}
