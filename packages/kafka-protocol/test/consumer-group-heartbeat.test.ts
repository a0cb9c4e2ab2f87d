import { expect, it } from "vitest";
import { consumerGroupHeartbeat, offsetCommit } from "../src/index.ts";

const TOPIC_ID = "000102030405060708090a0b0c0d0e0f";
const topicId = Buffer.from(TOPIC_ID, "hex").toString("base64url");

/** Bytes of fields, each its name and hexadecimal text. */
function bytesOf(fields: readonly (readonly [name: string, hex: string])[]): Buffer {
  return Buffer.from(fields.map(([, hex]) => hex).join(""), "hex");
}

// Laid out by hand after Kafka's ConsumerGroupHeartbeatRequest.json: kafkajs does not know it.
it.each([0, 1])("ConsumerGroupHeartbeat joins and says what it has, version %d", (version) => {
  const request = {
    groupId: "g",
    memberId: "m",
    memberEpoch: 0,
    instanceId: "i",
    rackId: undefined,
    rebalanceTimeoutMs: 60_000,
    subscribedTopicNames: ["t"],
    subscribedTopicRegex: undefined,
    serverAssignor: undefined,
    topicPartitions: [{ topicId, partitions: [3] }],
  };
  const bytes = bytesOf([
    ["group_id", "0267"],
    ["member_id", "026d"],
    ["member_epoch", "00000000"],
    ["instance_id", "0269"],
    ["rack_id: null", "00"],
    ["rebalance_timeout_ms", "0000ea60"],
    ["subscribed_topic_names: one", "020274"],
    ["subscribed_topic_regex: null", version === 0 ? "" : "00"],
    ["server_assignor: null", "00"],
    ["topic_partitions: one", `02${TOPIC_ID}020000000300`],
    ["tagged fields", "00"],
  ]);
  expect(consumerGroupHeartbeat.encodeRequest(version, request).toString("hex")).toBe(
    bytes.toString("hex"),
  );
  expect(consumerGroupHeartbeat.decodeRequest(version, bytes)).toEqual(request);
});

it("ConsumerGroupHeartbeat is answered with an assignment, or none that is new", () => {
  const before = [
    ["throttle_time_ms", "00000000"],
    ["error_code", "0000"],
    ["error_message: null", "00"],
    ["member_id", "026d"],
    ["member_epoch", "00000007"],
    ["heartbeat_interval_ms", "00001388"],
  ] as const;
  const answer = {
    throttleTimeMs: 0,
    errorCode: 0,
    errorMessage: undefined,
    memberId: "m",
    memberEpoch: 7,
    heartbeatIntervalMs: 5_000,
  };
  const none = bytesOf([...before, ["assignment: null", "ff"], ["tagged fields", "00"]]);
  const assignment = { topicPartitions: [{ topicId, partitions: [0, 1] }] };
  const some = bytesOf([
    ...before,
    ["assignment: present", "01"],
    ["one topic", `02${TOPIC_ID}03000000000000000100`],
    ["tagged fields of the assignment", "00"],
    ["tagged fields", "00"],
  ]);
  for (const [bytes, expected] of [
    [none, undefined],
    [some, assignment],
  ] as const) {
    const response = { ...answer, assignment: expected };
    expect(consumerGroupHeartbeat.decodeResponse(1, bytes)).toEqual(response);
    expect(consumerGroupHeartbeat.encodeResponse(1, response).toString("hex")).toBe(
      bytes.toString("hex"),
    );
  }
});

it("OffsetCommit is flexible from version 8 on", () => {
  const request = {
    groupId: "g",
    generationId: 7,
    memberId: "m",
    groupInstanceId: undefined,
    retentionTimeMs: -1n,
    topics: [
      {
        name: "t",
        partitions: [
          {
            index: 1,
            committedOffset: 12n,
            committedLeaderEpoch: -1,
            committedMetadata: "",
          },
        ],
      },
    ],
  };
  const bytes = bytesOf([
    ["group_id", "0267"],
    ["member epoch", "00000007"],
    ["member_id", "026d"],
    ["group_instance_id: null", "00"],
    ["topics: t", "020274"],
    ["partitions: one", "02"],
    ["partition_index", "00000001"],
    ["committed_offset", "000000000000000c"],
    ["committed_leader_epoch", "ffffffff"],
    ["committed_metadata: empty", "01"],
    ["tagged fields of partition, topic and all", "000000"],
  ]);
  for (const version of [8, 9]) {
    expect(offsetCommit.encodeRequest(version, request).toString("hex")).toBe(
      bytes.toString("hex"),
    );
  }
});
