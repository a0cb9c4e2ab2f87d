import { Api } from "./api.ts";
import { array, nullableArray, struct, tagged } from "./composite-field.ts";
import { since, within } from "./field.ts";
import { ZERO_UUID } from "./03-metadata.ts";
import { int16, int32, int64, int8, nullableBytes, string, uuid } from "./primitive-field.ts";

/** Up to version 12 a topic is named, and from 13 on its id is given (KIP-516). */
const topicName = within(0, 12, string, "");
const topicId = since(13, uuid, ZERO_UUID);

/**
 * Fetch: record batches from offsets on. Versions 4 to 13; sessions from 7, racks from 11, flexible
 * from 12, topic ids from 13.
 */
export const fetch = new Api({
  key: 1,
  name: "Fetch",
  minVersion: 4,
  maxVersion: 13,
  flexibleFrom: 12,
  request: struct({
    /** -1 for consumers. */
    replicaId: int32,
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: int32,
    /** 0: all records; 1: those of committed transactions. */
    isolationLevel: int8,
    sessionId: since(7, int32, 0),
    sessionEpoch: since(7, int32, -1),
    topics: array(
      struct({
        name: topicName,
        topicId,
        partitions: array(
          struct({
            index: int32,
            currentLeaderEpoch: since(9, int32, -1),
            fetchOffset: int64,
            lastFetchedEpoch: since(12, int32, -1),
            logStartOffset: since(5, int64, -1n),
            maxBytes: int32,
          }),
        ),
      }),
    ),
    forgotten: since(7, array(struct({ name: topicName, topicId, partitions: array(int32) })), []),
    rackId: since(11, string, ""),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: since(7, int16, 0),
    sessionId: since(7, int32, 0),
    topics: array(
      struct({
        name: topicName,
        topicId,
        partitions: array(
          struct({
            index: int32,
            errorCode: int16,
            highWatermark: int64,
            lastStableOffset: int64,
            logStartOffset: since(5, int64, -1n),
            abortedTransactions: nullableArray(struct({ producerId: int64, firstOffset: int64 })),
            preferredReadReplica: since(11, int32, -1),
            /** Record batches as they lie in the log; the last one may be cut off. */
            records: nullableBytes,
            /**
             * What was fetched before this is not in the leader's log: where its latest epoch in
             * common ends (KIP-595).
             */
            divergingEpoch: tagged(0, struct({ epoch: int32, endOffset: int64 })),
          }),
        ),
      }),
    ),
  }),
});
