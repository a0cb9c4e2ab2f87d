import { ERROR_CODES, offsetCommit } from "@salon/kafka-protocol";
import type { RequestOf, ResponseOf } from "@salon/kafka-protocol";
import type { OffsetToCommit } from "../group/group-offsets.ts";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** Kafka's `offset.metadata.max.bytes`. */
const METADATA_BYTES_MAX = 4096;

type PartitionRequest = RequestOf<typeof offsetCommit>["topics"][number]["partitions"][number];

/** Remembers where a group is; only members of its generation may say so while it has any. */
export const offsetCommitHandler: Handler = handlerOf(offsetCommit, {
  handle(request, { broker }) {
    const { groupId, memberId, groupInstanceId, generationId, topics } = request;
    const errorCodeOf = (topic: string, { index, committedMetadata }: PartitionRequest): number => {
      if (broker.topics.partition(topic, index) === undefined) {
        return ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION;
      }
      return Buffer.byteLength(committedMetadata ?? "") > METADATA_BYTES_MAX
        ? ERROR_CODES.OFFSET_METADATA_TOO_LARGE
        : ERROR_CODES.NONE;
    };
    const commits = topics.flatMap(({ name, partitions }) =>
      partitions
        .filter((partition) => errorCodeOf(name, partition) === ERROR_CODES.NONE)
        .map((partition): OffsetToCommit => ({
          topic: name,
          partition: partition.index,
          offset: partition.committedOffset,
          leaderEpoch: partition.committedLeaderEpoch,
          metadata: partition.committedMetadata,
        })),
    );
    const member = { memberId, groupInstanceId, generation: generationId };
    const error = broker.groups.commitOffsets(groupId, member, commits);
    return answerEach(request, error === undefined ? errorCodeOf : () => ERROR_CODES[error]);
  },
  refuse: (request, errorCode) => answerEach(request, () => errorCode),
});

function answerEach(
  { topics }: RequestOf<typeof offsetCommit>,
  errorCodeOf: (topic: string, partition: PartitionRequest) => number,
): ResponseOf<typeof offsetCommit> {
  return {
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((partition) => ({
        index: partition.index,
        errorCode: errorCodeOf(name, partition),
      })),
    })),
  };
}
