import { ERROR_CODES, produce } from "@salon/kafka-protocol";
import type { RequestOf, ResponseOf } from "@salon/kafka-protocol";
import type { Broker } from "../broker.ts";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

type Request = RequestOf<typeof produce>;
type PartitionAnswer = ResponseOf<typeof produce>["topics"][number]["partitions"][number];

const NO_ANSWER_WANTED = 0;
/** No answer, the leader's, or that of all in-sync replicas: here the last two are the same. */
const ACKS: readonly number[] = [NO_ANSWER_WANTED, 1, -1];

/**
 * Appends batches; they are stored as they came, in whichever codec. Transactions are refused. A
 * topic that is missing is not created: asking for its metadata does that, as in Kafka.
 */
export const produceHandler: Handler = handlerOf(produce, {
  handle(request, { broker, endConnection }) {
    const fault = faultOf(request);
    const response = answerEach(request, (name, index, records) =>
      fault === undefined ? append(broker, name, index, records) : failed(index, fault),
    );
    if (request.acks !== NO_ANSWER_WANTED) return response;
    if (hasError(response)) endConnection();
    return undefined;
  },
  refuse: (request, errorCode) =>
    request.acks === NO_ANSWER_WANTED
      ? undefined
      : answerEach(request, (_, index) => failed(index, errorCode)),
});

function faultOf({ acks, transactionalId }: Request): number | undefined {
  if (transactionalId !== undefined) return ERROR_CODES.INVALID_REQUEST;
  return ACKS.includes(acks) ? undefined : ERROR_CODES.INVALID_REQUIRED_ACKS;
}

function append(
  broker: Broker,
  name: string,
  index: number,
  records: Buffer | undefined,
): PartitionAnswer {
  const topic = broker.topics.get(name);
  const log = topic?.partitions[index];
  if (topic === undefined || log === undefined) {
    return failed(index, ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION);
  }
  const limit = batchSizeMax(topic.configs, broker);
  try {
    const { errorCode, baseOffset } = log.append(records ?? Buffer.alloc(0), limit);
    const logStartOffset = BigInt(log.startOffset);
    return { ...failed(index, errorCode), baseOffset: BigInt(baseOffset), logStartOffset };
  } catch {
    // A full disk, above all: the producer tries again.
    return failed(index, ERROR_CODES.KAFKA_STORAGE_ERROR);
  }
}

function hasError({ topics }: ResponseOf<typeof produce>): boolean {
  return topics.some(({ partitions }) =>
    partitions.some(({ errorCode }) => errorCode !== ERROR_CODES.NONE),
  );
}

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
