import { describe, expect, it } from "vitest";
import * as protocol from "../src/index.ts";
import { kafkajsMessage } from "./kafkajs-messages.ts";
import { GROUP_CASES } from "./group-message-cases.ts";
import { LOG_CASES } from "./log-message-cases.ts";

const throttleTimeMs = 0;
const records = Buffer.from("not looked into");

const VERSIONED = [...LOG_CASES, ...GROUP_CASES].flatMap((each) =>
  Array.from({ length: each.versions[1] - each.versions[0] + 1 }, (_, index) => ({
    ...each,
    version: each.versions[0] + index,
  })),
);

describe.each(VERSIONED)("$name version $version", (each) => {
  const { name, version, args, request, read } = each;
  const kafkajs = kafkajsMessage(name, version, args);

  it("reads and writes requests as kafkajs writes them", async () => {
    expect(kafkajs.request).toMatchObject({ apiKey: each.key, apiVersion: version });
    const { buffer } = await kafkajs.request.encode();
    expect(each.decodeRequest(version, buffer)).toMatchObject(request);
    expect(each.rewriteRequest(version, buffer).equals(buffer)).toBe(true);
  });

  it("writes responses that kafkajs reads, and reads them itself", async () => {
    const bytes = each.writeResponse(version);
    expect(await kafkajs.response.decode(bytes)).toMatchObject(read);
    expect(each.rewriteResponse(version, bytes).equals(bytes)).toBe(true);
  });

  it("refuses a response that is cut off", () => {
    const bytes = each.writeResponse(version);
    expect(() => each.decodeResponse(version, bytes.subarray(0, -1))).toThrow(RangeError);
  });
});

/** These requests have no body that could be cut. */
const EMPTY_REQUESTS = ["listGroups", "apiVersions"];

it.each(VERSIONED.filter(({ name }) => !EMPTY_REQUESTS.includes(name)))(
  "a request that is cut off is refused: $name version $version",
  async ({ name, version, args, decodeRequest }) => {
    const { buffer } = await kafkajsMessage(name, version, args).request.encode();
    expect(() => decodeRequest(version, buffer.subarray(0, -1))).toThrow(RangeError);
  },
);

const PRODUCE = { acks: -1, timeout: 30_000, topicData: [] };

describe("produce", () => {
  it.each([3, 4, 5, 6, 7])("reads version %d as it stands in the protocol's guide", (version) => {
    // transactional id null, acks -1, time-out 30 s, one topic "t", partition 1, three bytes.
    const body = hex("ffff ffff 00007530 00000001 000174 00000001 00000001 00000003 010203");
    expect(protocol.produce.decodeRequest(version, body)).toEqual({
      transactionalId: undefined,
      acks: -1,
      timeoutMs: 30_000,
      topics: [{ name: "t", partitions: [{ index: 1, records: Buffer.of(1, 2, 3) }] }],
    });
  });

  it.each([3, 4, 5, 6, 7])("answers version %d so that kafkajs reads it", async (version) => {
    const partition = {
      index: 1,
      errorCode: 0,
      baseOffset: 42n,
      logAppendTimeMs: -1n,
      logStartOffset: 0n,
    };
    const bytes = protocol.produce.encodeResponse(version, {
      topics: [{ name: "t", partitions: [partition] }],
      throttleTimeMs,
    });
    expect(await kafkajsMessage("produce", version, PRODUCE).response.decode(bytes)).toMatchObject({
      topics: [{ topicName: "t", partitions: [{ partition: 1, errorCode: 0, baseOffset: "42" }] }],
    });
  });
});

describe("flexible versions", () => {
  it("reads ApiVersions 3 with tagged fields as the protocol's guide has it", () => {
    // "ab" and "1" as compact strings, then one tagged field (tag 5) of two bytes.
    const body = hex("036162 0231 01 05 02 beef");
    expect(protocol.apiVersions.decodeRequest(3, body)).toEqual({
      clientSoftwareName: "ab",
      clientSoftwareVersion: "1",
    });
  });

  it("writes ApiVersions 3 by hand calculation", () => {
    const bytes = protocol.apiVersions.encodeResponse(3, {
      errorCode: 0,
      apis: [{ key: 18, minVersion: 0, maxVersion: 3 }],
      throttleTimeMs,
    });
    expect(bytes.toString("hex")).toBe(
      hex("0000 02 0012 0000 0003 00 00000000 00").toString("hex"),
    );
  });

  it("reads Metadata 10 by topic id and name", () => {
    const id = Buffer.from("00112233445566778899aabbccddeeff", "hex");
    const body = Buffer.concat([Buffer.of(2), id, hex("0274 00 01 00 00 00")]);
    expect(protocol.metadata.decodeRequest(10, body)).toEqual({
      topics: [{ topicId: id.toString("base64url"), name: "t" }],
      allowAutoTopicCreation: true,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    });
  });

  it("passes records through untouched", () => {
    const request = {
      transactionalId: undefined,
      acks: 1,
      timeoutMs: 1,
      topics: [{ name: "t", partitions: [{ index: 0, records }] }],
    };
    const bytes = protocol.produce.encodeRequest(7, request);
    expect(protocol.produce.decodeRequest(7, bytes)).toEqual(request);
  });
});

describe("hostile counts", () => {
  it("are refused before anything is allocated for them", () => {
    const body = Buffer.from("7fffffff", "hex");
    expect(() => protocol.describeGroups.decodeRequest(0, body)).toThrow(RangeError);
    expect(() => protocol.deleteTopics.decodeRequest(0, body)).toThrow(RangeError);
  });

  it("and versions that are not described", () => {
    expect(() => protocol.fetch.decodeRequest(14, Buffer.alloc(0))).toThrow("Fetch is known");
  });
});

/** Bytes in hexadecimal digits, grouped by field. */
function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(" ", ""), "hex");
}
