import { expect, it } from "vitest";
import { fetch } from "../src/index.ts";

const TOPIC_ID = "000102030405060708090a0b0c0d0e0f";
const topicId = Buffer.from(TOPIC_ID, "hex").toString("base64url");

/** Bytes of fields, each its name and hexadecimal text. */
function bytesOf(fields: readonly (readonly [name: string, hex: string])[]): Buffer {
  return Buffer.from(fields.map(([, hex]) => hex).join(""), "hex");
}

// Laid out by hand after the protocol guide: Fetch, versions 12 and 13; kafkajs ends at 11.
it("Fetch asks for a topic by its id in version 13", () => {
  const request = {
    replicaId: -1,
    maxWaitMs: 500,
    minBytes: 1,
    maxBytes: 1_000,
    isolationLevel: 1,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [
      {
        name: "",
        topicId,
        partitions: [
          {
            index: 2,
            currentLeaderEpoch: -1,
            fetchOffset: 8n,
            lastFetchedEpoch: -1,
            logStartOffset: -1n,
            maxBytes: 100,
          },
        ],
      },
    ],
    forgotten: [],
    rackId: "",
  };
  const before = [
    ["replica_id", "ffffffff"],
    ["max_wait_ms", "000001f4"],
    ["min_bytes", "00000001"],
    ["max_bytes", "000003e8"],
    ["isolation_level", "01"],
    ["session_id", "00000000"],
    ["session_epoch", "ffffffff"],
    ["topics: one", "02"],
  ] as const;
  const after = [
    ["partitions: one", "02"],
    ["partition", "00000002"],
    ["current_leader_epoch", "ffffffff"],
    ["fetch_offset", "0000000000000008"],
    ["last_fetched_epoch", "ffffffff"],
    ["log_start_offset", "ffffffffffffffff"],
    ["partition_max_bytes", "00000064"],
    ["tagged fields of partition and topic", "0000"],
    ["forgotten_topics_data: none", "01"],
    ["rack_id: empty", "01"],
    ["tagged fields", "00"],
  ] as const;
  const byId = bytesOf([...before, ["topic_id", TOPIC_ID], ...after]);
  expect(fetch.encodeRequest(13, request).toString("hex")).toBe(byId.toString("hex"));
  expect(fetch.decodeRequest(13, byId)).toEqual(request);

  const named = { ...request, topics: request.topics.map((topic) => ({ ...topic, name: "t" })) };
  const byName = bytesOf([...before, ["topic: t", "0274"], ...after]);
  expect(fetch.encodeRequest(12, named).toString("hex")).toBe(byName.toString("hex"));
});

it("Fetch is answered by the topic's id, tagged fields passed over, in version 13", () => {
  const bytes = bytesOf([
    ["throttle_time_ms", "00000000"],
    ["error_code", "0000"],
    ["session_id", "00000000"],
    ["responses: one", "02"],
    ["topic_id", TOPIC_ID],
    ["partitions: one", "02"],
    ["partition_index", "00000002"],
    ["error_code", "0064"],
    ["high_watermark", "0000000000000009"],
    ["last_stable_offset", "0000000000000008"],
    ["log_start_offset", "0000000000000001"],
    ["aborted_transactions: one", "02"],
    ["producer_id", "0000000000000005"],
    ["first_offset", "0000000000000006"],
    ["tagged fields of the transaction", "00"],
    ["preferred_read_replica", "ffffffff"],
    ["records: three bytes", "04010203"],
    ["two tagged fields", "02"],
    ["diverging_epoch, tag 0: epoch 6, end 4", "000d00000006000000000000000400"],
    ["current_leader, tag 1: leader 1, epoch 7", "010900000001000000070000"],
    ["tagged fields", "00"],
  ]);
  expect(fetch.decodeResponse(13, bytes)).toMatchObject({
    topics: [
      {
        topicId,
        partitions: [
          {
            index: 2,
            errorCode: 100,
            highWatermark: 9n,
            lastStableOffset: 8n,
            logStartOffset: 1n,
            abortedTransactions: [{ producerId: 5n, firstOffset: 6n }],
            preferredReadReplica: -1,
            records: Buffer.from([1, 2, 3]),
            divergingEpoch: { epoch: 6, endOffset: 4n },
          },
        ],
      },
    ],
  });
});
