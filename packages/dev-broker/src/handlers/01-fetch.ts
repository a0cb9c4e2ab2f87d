import { ERROR_CODES, fetch, ZERO_UUID } from "@salon/kafka-protocol";
import type { RequestOf, ResponseOf } from "@salon/kafka-protocol";
import type { Broker } from "../broker.ts";
import type { PartitionLog } from "../log/partition-log.ts";
import type { Topic } from "../log/topics.ts";
import { handlerOf } from "./handler.ts";
import type { Handler, RequestContext } from "./handler.ts";

type Request = RequestOf<typeof fetch>;
type Response = ResponseOf<typeof fetch>;
type AskedTopic = Request["topics"][number];
type PartitionAnswer = Response["topics"][number]["partitions"][number];

/** Kafka's `fetch.max.bytes`: no response holds more, whatever its client asks for. */
const RESPONSE_BYTES_MAX = 57_671_680;

/**
 * Whole batches from offsets on. Waits for `minBytes`, or for what is wrong, as long as the client
 * allows. No fetch sessions: each answer has session id 0, so that clients name all they want.
 */
export const fetchHandler: Handler = handlerOf(fetch, {
  async handle(request, context) {
    await waitForBytes(request, context);
    return readAll(request, context.broker);
  },
  refuse: (request, errorCode) => ({
    ...EMPTY,
    topics: request.topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ index }) => withoutRecords(index, errorCode)),
    })),
  }),
});

const EMPTY = { throttleTimeMs: 0, errorCode: ERROR_CODES.NONE, sessionId: 0 } as const;

/** Done when enough is there, a partition cannot be read, the time is up or nobody listens. */
function waitForBytes(request: Request, { broker, signal }: RequestContext): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    if (isWorthAnswering(request, broker)) resolve();
  };
  const forgets = wantedLogs(request, broker).map((log) => log.onChange(look));
  forgets.push(broker.timers.start(resolve, request.maxWaitMs));
  // Taken back, for the signal lives as long as the connection and its many fetches.
  const onAbort = (): void => resolve();
  signal.addEventListener("abort", onAbort);
  forgets.push(() => signal.removeEventListener("abort", onAbort));
  look();
  return promise.finally(() => {
    for (const forget of forgets) forget();
  });
}

function wantedLogs({ topics }: Request, broker: Broker): readonly PartitionLog[] {
  return topics.flatMap((topic) =>
    topic.partitions.flatMap(({ index }) => topicOf(topic, broker)?.partitions[index] ?? []),
  );
}

function isWorthAnswering({ topics, minBytes }: Request, broker: Broker): boolean {
  if (topics.length === 0) return true;
  let size = 0;
  for (const topic of topics) {
    for (const { index, fetchOffset } of topic.partitions) {
      const log = topicOf(topic, broker)?.partitions[index];
      if (log === undefined || !isInLog(log, Number(fetchOffset))) return true;
      size += log.bytesFrom(Number(fetchOffset), minBytes);
    }
  }
  return size >= minBytes;
}

function readAll({ topics, maxBytes }: Request, broker: Broker): Response {
  let left = Math.min(maxBytes, RESPONSE_BYTES_MAX);
  let hasRecords = false;
  return {
    ...EMPTY,
    topics: topics.map((asked) => ({
      name: asked.name,
      topicId: asked.topicId,
      partitions: asked.partitions.map((wanted) => {
        const topic = topicOf(asked, broker);
        const log = topic?.partitions[wanted.index];
        if (log === undefined) return withoutRecords(wanted.index, unknown(asked, topic));
        const offset = Number(wanted.fetchOffset);
        if (!isInLog(log, offset)) {
          return ofLog(log, withoutRecords(wanted.index, ERROR_CODES.OFFSET_OUT_OF_RANGE));
        }
        const records = log.read(offset, Math.min(left, wanted.maxBytes), !hasRecords);
        left -= records.length;
        hasRecords ||= records.length > 0;
        return ofLog(log, { ...withoutRecords(wanted.index, ERROR_CODES.NONE), records });
      }),
    })),
  };
}

/** By its id, and by its name in the versions that have no ids. */
function topicOf({ name, topicId }: AskedTopic, { topics }: Broker): Topic | undefined {
  return topicId === ZERO_UUID ? topics.get(name) : topics.byId(topicId);
}

function unknown({ topicId }: AskedTopic, topic: Topic | undefined): number {
  return topic === undefined && topicId !== ZERO_UUID
    ? ERROR_CODES.UNKNOWN_TOPIC_ID
    : ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION;
}

function isInLog(log: PartitionLog, offset: number): boolean {
  return offset >= log.startOffset && offset <= log.endOffset;
}

function withoutRecords(index: number, errorCode: number): PartitionAnswer {
  return {
    index,
    errorCode,
    highWatermark: -1n,
    lastStableOffset: -1n,
    logStartOffset: -1n,
    abortedTransactions: undefined,
    preferredReadReplica: -1,
    records: Buffer.alloc(0),
    divergingEpoch: undefined,
  };
}

function ofLog({ startOffset, endOffset }: PartitionLog, answer: PartitionAnswer): PartitionAnswer {
  const end = BigInt(endOffset);
  return {
    ...answer,
    highWatermark: end,
    lastStableOffset: end,
    logStartOffset: BigInt(startOffset),
  };
}
