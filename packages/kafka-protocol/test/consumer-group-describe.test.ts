import { expect, it } from "vitest";
import { consumerGroupDescribe } from "../src/index.ts";

const TOPIC_ID = "000102030405060708090a0b0c0d0e0f";
const topicId = Buffer.from(TOPIC_ID, "hex").toString("base64url");

// Laid out by hand after Kafka's ConsumerGroupDescribeRequest.json: kafkajs does not know it.
it.each([0, 1])("ConsumerGroupDescribe asks for groups, version %d", (version) => {
  const request = { groupIds: ["g", "h"], includeAuthorizedOperations: false };
  const bytes = consumerGroupDescribe.encodeRequest(version, request);
  expect(bytes.toString("hex")).toBe(["03", "0267", "0268", "00", "00"].join(""));
  expect(consumerGroupDescribe.decodeRequest(version, bytes)).toEqual(request);
});

// After ConsumerGroupDescribeResponse.json.
it.each([0, 1])("ConsumerGroupDescribe is answered with members, version %d", (version) => {
  const fields = [
    ["throttle_time_ms", "00000000"],
    ["groups: one", "02"],
    ["error_code", "0000"],
    ["error_message: null", "00"],
    ["group_id", "0267"],
    ["group_state: Stable", "07537461626c65"],
    ["group_epoch", "00000003"],
    ["assignment_epoch", "00000003"],
    ["assignor_name: u", "0275"],
    ["members: one", "02"],
    ["member_id", "026d"],
    ["instance_id: null", "00"],
    ["rack_id: null", "00"],
    ["member_epoch", "00000003"],
    ["client_id", "0263"],
    ["client_host: /1", "032f31"],
    ["subscribed_topic_names: t", "020274"],
    ["subscribed_topic_regex: null", "00"],
    ["assignment: t", `02${TOPIC_ID}0274`],
    ["partitions 0 and 1, tagged fields", "0300000000000000010000"],
    ["target_assignment: t", `02${TOPIC_ID}0274`],
    ["partition 1, tagged fields", "02000000010000"],
    ["member_type: consumer", version === 0 ? "" : "01"],
    ["tagged fields of the member", "00"],
    ["authorized_operations", "80000000"],
    ["tagged fields of the group", "00"],
    ["tagged fields", "00"],
  ] as const;
  const bytes = Buffer.from(fields.map(([, hex]) => hex).join(""), "hex");
  const answer = {
    throttleTimeMs: 0,
    groups: [
      {
        errorCode: 0,
        errorMessage: undefined,
        groupId: "g",
        groupState: "Stable",
        groupEpoch: 3,
        assignmentEpoch: 3,
        assignorName: "u",
        members: [
          {
            memberId: "m",
            instanceId: undefined,
            rackId: undefined,
            memberEpoch: 3,
            clientId: "c",
            clientHost: "/1",
            subscribedTopicNames: ["t"],
            subscribedTopicRegex: undefined,
            assignment: { topicPartitions: [{ topicId, topicName: "t", partitions: [0, 1] }] },
            targetAssignment: { topicPartitions: [{ topicId, topicName: "t", partitions: [1] }] },
            memberType: version === 0 ? -1 : 1,
          },
        ],
        authorizedOperations: -2147483648,
      },
    ],
  };
  expect(consumerGroupDescribe.decodeResponse(version, bytes)).toEqual(answer);
  expect(consumerGroupDescribe.encodeResponse(version, answer).toString("hex")).toBe(
    bytes.toString("hex"),
  );
});
