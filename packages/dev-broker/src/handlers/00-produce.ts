import { ERROR_CODES, produce } from "@salon/kafka-protocol";
import type { RequestOf, ResponseOf } from "@salon/kafka-protocol";
import type { Broker } from "../broker.ts";
import { openTopic } from "./open-topic.ts";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

type Request = RequestOf<typeof produce>;
type PartitionAnswer = ResponseOf<typeof produce>["topics"][number]["partitions"][number];

const NO_ANSWER_WANTED = 0;

/** Appends batches; they are stored as they came, in whichever codec. Transactions are refused. */
export const produceHandler: Handler = handlerOf(produce, {
  handle(request, { broker }) {
    const response = answerEach(request, (name, index, records) => {
      if (request.transactionalId !== undefined) return failed(index, ERROR_CODES.INVALID_REQUEST);
      const topic = openTopic(broker, name, true);
      const log = topic?.partitions[index];
      if (topic === undefined || log === undefined) {
        return failed(index, ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION);
      }
      const limit = batchSizeMax(topic.configs, broker);
      const { errorCode, baseOffset } = log.append(records ?? Buffer.alloc(0), limit);
      return { ...failed(index, errorCode), baseOffset: BigInt(baseOffset) };
    });
    return request.acks === NO_ANSWER_WANTED ? undefined : response;
  },
  refuse: (request, errorCode) => answerEach(request, (_, index) => failed(index, errorCode)),
});

function answerEach(
  { topics }: Request,
  answer: (topic: string, partition: number, records: Buffer | undefined) => PartitionAnswer,
): ResponseOf<typeof produce> {
  return {
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ index, records }) => answer(name, index, records)),
    })),
    throttleTimeMs: 0,
  };
}

function failed(index: number, errorCode: number): PartitionAnswer {
  return { index, errorCode, baseOffset: -1n, logAppendTimeMs: -1n, logStartOffset: -1n };
}

function batchSizeMax(configs: Readonly<Record<string, string>>, { settings }: Broker): number {
  const ofTopic = Number(configs["max.message.bytes"]);
  return ofTopic > 0 ? ofTopic : settings.messageBytesMax;
}
