import {
  EARLIEST_TIMESTAMP,
  ERROR_CODES,
  LATEST_TIMESTAMP,
  listOffsets,
} from "@salon/kafka-protocol";
import type { RequestOf, ResponseOf } from "@salon/kafka-protocol";
import { LEADER_EPOCH } from "../log/partition-log.ts";
import type { PartitionLog } from "../log/partition-log.ts";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

type PartitionAnswer = ResponseOf<typeof listOffsets>["topics"][number]["partitions"][number];

/** Start and end of logs, and offsets by time: those of the batch that has the time. */
export const listOffsetsHandler: Handler = handlerOf(listOffsets, {
  handle: (request, { broker }) =>
    answerEach(request, (topic, index, timestamp) => {
      const log = broker.topics.partition(topic, index);
      return log === undefined
        ? failed(index, ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION)
        : { ...failed(index, ERROR_CODES.NONE), ...locate(log, timestamp) };
    }),
  refuse: (request, errorCode) => answerEach(request, (_, index) => failed(index, errorCode)),
});

function answerEach(
  { topics }: RequestOf<typeof listOffsets>,
  answer: (topic: string, partition: number, timestamp: bigint) => PartitionAnswer,
): ResponseOf<typeof listOffsets> {
  return {
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ index, timestamp }) => answer(name, index, timestamp)),
    })),
  };
}

function failed(index: number, errorCode: number): PartitionAnswer {
  return { index, errorCode, timestamp: -1n, offset: -1n, leaderEpoch: LEADER_EPOCH };
}

function locate(
  log: PartitionLog,
  timestamp: bigint,
): Partial<Pick<PartitionAnswer, "offset" | "timestamp">> {
  if (timestamp === LATEST_TIMESTAMP) return { offset: BigInt(log.endOffset) };
  if (timestamp === EARLIEST_TIMESTAMP) return { offset: BigInt(log.startOffset) };
  const found = log.findTime(timestamp);
  return found ? { offset: BigInt(found.offset), timestamp: found.timestampMs } : {};
}
