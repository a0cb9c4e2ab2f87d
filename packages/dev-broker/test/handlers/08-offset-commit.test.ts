import { ERROR_CODES, offsetCommit } from "@salon/kafka-protocol";
import { expect, it } from "vitest";
import { offsetCommitHandler } from "../../src/handlers/08-offset-commit.ts";
import { contextOf, createMemoryBroker } from "../memory-broker.ts";

const VERSION = 7;

// Kafka's `offset.metadata.max.bytes` is 4096 by default; the error is number 12.
it.each([
  ["4096 bytes", "x".repeat(4096), 0],
  ["4097 bytes", "x".repeat(4097), 12],
  ["4098 bytes of 2049 letters", "ä".repeat(2049), 12],
])("takes metadata of at most 4096 bytes: %s", async (_, committedMetadata, errorCode) => {
  const broker = createMemoryBroker();
  const request = offsetCommit.encodeRequest(VERSION, {
    groupId: "g",
    generationId: -1,
    memberId: "",
    groupInstanceId: undefined,
    retentionTimeMs: -1n,
    topics: [
      {
        name: "t",
        partitions: [
          { index: 0, committedOffset: 5n, committedLeaderEpoch: -1, committedMetadata },
        ],
      },
    ],
  });
  const answer = await offsetCommitHandler.answer(request, contextOf(broker, VERSION));
  const response = offsetCommit.decodeResponse(VERSION, answer ?? Buffer.alloc(0));
  expect(response.topics[0]?.partitions).toEqual([{ index: 0, errorCode }]);
  const isStored = errorCode === ERROR_CODES.NONE;
  expect(broker.offsets.fetch("g", "t", 0)?.offset).toBe(isStored ? 5n : undefined);
});
