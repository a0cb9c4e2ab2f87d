import { ERROR_CODES, offsetCommit } from "@salon/kafka-protocol";
import type { RequestOf, ResponseOf } from "@salon/kafka-protocol";
import type { OffsetToCommit } from "../group/group-offsets.ts";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** Remembers where a group is; only members of its generation may say so while it has any. */
export const offsetCommitHandler: Handler = handlerOf(offsetCommit, {
  handle(request, { broker }) {
    const { groupId, topics } = request;
    if (groupId === "") return answerEach(request, () => ERROR_CODES.INVALID_GROUP_ID);
    const errorCode = broker.groups.open(groupId).checkCommit(request);
    if (errorCode !== ERROR_CODES.NONE) return answerEach(request, () => errorCode);
    const isThere = (topic: string, index: number): boolean =>
      broker.topics.partition(topic, index) !== undefined;
    const commits = topics.flatMap(({ name, partitions }) =>
      partitions
        .filter(({ index }) => isThere(name, index))
        .map((partition): OffsetToCommit => ({
          topic: name,
          partition: partition.index,
          offset: Number(partition.committedOffset),
          leaderEpoch: partition.committedLeaderEpoch,
          metadata: partition.committedMetadata,
        })),
    );
    broker.offsets.commit(groupId, commits);
    return answerEach(request, (topic, index) =>
      isThere(topic, index) ? ERROR_CODES.NONE : ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION,
    );
  },
  refuse: (request, errorCode) => answerEach(request, () => errorCode),
});

function answerEach(
  { topics }: RequestOf<typeof offsetCommit>,
  errorCodeOf: (topic: string, partition: number) => number,
): ResponseOf<typeof offsetCommit> {
  return {
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ index }) => ({ index, errorCode: errorCodeOf(name, index) })),
    })),
  };
}
