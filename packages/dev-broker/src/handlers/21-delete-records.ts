import { deleteRecords, ERROR_CODES } from "@salon/kafka-protocol";
import type { RequestOf, ResponseOf } from "@salon/kafka-protocol";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

type PartitionAnswer = ResponseOf<typeof deleteRecords>["topics"][number]["partitions"][number];

const HIGH_WATERMARK = -1;

/** Moves the start of logs, as retention would. */
export const deleteRecordsHandler: Handler = handlerOf(deleteRecords, {
  handle: (request, { broker: { topics } }) =>
    answerEach(request, (topic, index, before) => {
      const log = topics.partition(topic, index);
      if (log === undefined) return failed(index, ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION);
      const offset = before === HIGH_WATERMARK ? log.endOffset : before;
      if (offset < 0 || offset > log.endOffset) {
        return failed(index, ERROR_CODES.OFFSET_OUT_OF_RANGE);
      }
      topics.deleteRecords(log, offset);
      return { index, lowWatermark: BigInt(log.startOffset), errorCode: ERROR_CODES.NONE };
    }),
  refuse: (request, errorCode) => answerEach(request, (_, index) => failed(index, errorCode)),
});

function answerEach(
  { topics }: RequestOf<typeof deleteRecords>,
  answer: (topic: string, partition: number, before: number) => PartitionAnswer,
): ResponseOf<typeof deleteRecords> {
  return {
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ index, offset }) => answer(name, index, Number(offset))),
    })),
  };
}

function failed(index: number, errorCode: number): PartitionAnswer {
  return { index, lowWatermark: -1n, errorCode };
}
