import fc from "fast-check";
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import {
  assignRoundRobin,
  decodeAssignedTopics,
  decodeAssignment,
  decodeOwnership,
  decodeSubscription,
  encodeAssignment,
  encodeOwningSubscription,
  encodeSubscription,
  type Ownership,
  shareOut,
  topicsOf,
} from "../../src/source/group-assignment.ts";

interface Codec<T> {
  encode(value: T): Buffer;
  decode(bytes: Buffer): T;
}

/** kafkajs's own forms, which other members of the group may run on. */
const { MemberMetadata, MemberAssignment } = createRequire(import.meta.url)(
  "kafkajs/src/consumer/assignerProtocol.js",
) as {
  MemberMetadata: Codec<{ version: number; topics: string[] }>;
  MemberAssignment: Codec<{ version: number; assignment: Record<string, number[]> }>;
};

const has = (topic: string, owned: number[]): Buffer =>
  encodeOwningSubscription(topic, { owned, generationId: 3 });

describe("subscription", () => {
  test("is read by kafkajs, and its is read here", () => {
    const bytes = encodeSubscription(["ratings", "größe"]);
    expect(MemberMetadata.decode(bytes)).toMatchObject({
      version: 0,
      topics: ["ratings", "größe"],
    });
    const theirs = MemberMetadata.encode({ version: 1, topics: ["a", "b"] });
    expect(decodeSubscription(theirs)).toEqual(["a", "b"]);
  });
});

function read(hex: string): Ownership {
  return decodeOwnership("t", Buffer.from(hex, "hex"));
}

describe("what a member has", () => {
  test("is said as the protocol's guide has it, and read by kafkajs up to what it knows", () => {
    const bytes = encodeOwningSubscription("t", { owned: [2, 5], generationId: 7 });
    const fields = [
      ["version", "0003"],
      ["topics: t", "00000001000174"],
      ["user data: the generation", "0000000400000007"],
      ["owned partitions: t 2 and 5", "00000001000174000000020000000200000005"],
      ["generation", "00000007"],
      ["rack: none", "ffff"],
    ];
    expect(bytes.toString("hex")).toBe(fields.map(([, hex]) => hex).join(""));
    expect(decodeOwnership("t", bytes)).toEqual({ owned: [2, 5], generationId: 7 });
    expect(decodeOwnership("other", bytes)).toEqual({ owned: [], generationId: 7 });
    expect(decodeSubscription(bytes)).toEqual(["t"]);
    expect(MemberMetadata.decode(bytes)).toMatchObject({ version: 3, topics: ["t"] });
  });

  test("is read of older versions, and is nothing where they do not say", () => {
    const topics = "00000001000174";
    expect(read(`0000${topics}ffffffff`)).toEqual({ owned: [], generationId: -1 });
    const owned = "000000010001740000000100000003";
    expect(read(`0001${topics}0000000400000009${owned}`)).toEqual({ owned: [3], generationId: 9 });
    expect(read(`0002${topics}00000000${owned}00000004`)).toEqual({ owned: [3], generationId: 4 });
    expect(() => read(`0002${topics}00000000${owned}`)).toThrow(RangeError);
  });
});

describe("assignment", () => {
  test("is read by kafkajs, and its is read here", () => {
    const bytes = encodeAssignment(new Map([["ratings", [2, 0]]]));
    expect(MemberAssignment.decode(bytes)).toMatchObject({
      version: 0,
      assignment: { ratings: [2, 0] },
    });
    const assignment = { other: [7], ratings: [5, 1] };
    const theirs = MemberAssignment.encode({ version: 1, assignment });
    expect(decodeAssignment("ratings", theirs)).toEqual([1, 5]);
    expect(decodeAssignment("absent", theirs)).toEqual([]);
  });

  test("nothing at all, as a member without partitions gets it", () => {
    expect(decodeAssignment("ratings", encodeAssignment(new Map([["ratings", []]])))).toEqual([]);
    expect(decodeAssignment("ratings", Buffer.alloc(0))).toEqual([]);
  });
});

describe("assignRoundRobin", () => {
  test("by ascending member id, one after the other", () => {
    const members = ["c", "a", "b"].map((memberId) => ({ memberId, topics: ["ratings"] }));
    expect(assignRoundRobin("ratings", [0, 1, 2, 3], members)).toEqual(
      new Map([
        ["a", [0, 3]],
        ["b", [1]],
        ["c", [2]],
      ]),
    );
  });

  test("a member of another topic gets nothing, but an answer", () => {
    const members = [
      { memberId: "a", topics: ["other"] },
      { memberId: "b", topics: ["ratings"] },
    ];
    expect(assignRoundRobin("ratings", [0, 1], members)).toEqual(
      new Map([
        ["a", []],
        ["b", [0, 1]],
      ]),
    );
  });

  test("every partition has one member, and shares differ by one at most", () => {
    const ids = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(ids, fc.nat(50), (memberIds, count) => {
        const partitions = Array.from({ length: count }, (_, partition) => partition);
        const members = memberIds.map((memberId) => ({ memberId, topics: ["t"] }));
        const shares = [...assignRoundRobin("t", partitions, members).values()];
        expect(shares.flat().sort((a, b) => a - b)).toEqual(partitions);
        const sizes = shares.map((share) => share.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("sharing out", () => {
  test.each(["cooperative-sticky", "RoundRobinAssigner"])(
    "by %s gives members the partitions of their topics, and no others",
    (protocolName) => {
      const nothing = { owned: [], generationId: -1 };
      const wants = (topic: string): Buffer => encodeOwningSubscription(topic, nothing);
      const members = [
        { memberId: "a", metadata: wants("other") },
        { memberId: "b", metadata: wants("ratings") },
        { memberId: "c", metadata: wants("ratings") },
        { memberId: "d", metadata: encodeSubscription(["other", "third", "absent"]) },
      ];
      expect(topicsOf(members)).toEqual(["other", "ratings", "third", "absent"]);
      const partitions = new Map([
        ["other", [0, 1, 2, 3]],
        ["ratings", [0, 1]],
        ["third", [0]],
        ["absent", []],
      ]);
      const shares = shareOut(protocolName, partitions, members);
      const given = shares.map(({ memberId, assignment }) => [
        memberId,
        Object.fromEntries(decodeAssignedTopics(assignment).map((t) => [t.topic, t.partitions])),
      ]);
      const isCooperative = protocolName === "cooperative-sticky";
      expect(Object.fromEntries(given)).toEqual({
        a: { other: isCooperative ? [0, 1] : [0, 2] },
        b: { ratings: [0] },
        c: { ratings: [1] },
        d: { other: isCooperative ? [2, 3] : [1, 3], third: [0] },
      });
    },
  );

  test("leaves each with what it has of its own topic", () => {
    const members = [
      { memberId: "a", metadata: has("ratings", [1]) },
      { memberId: "b", metadata: has("other", [0]) },
      { memberId: "c", metadata: has("ratings", [0]) },
    ];
    const partitions = new Map([
      ["ratings", [0, 1]],
      ["other", [0, 1]],
    ]);
    const shares = shareOut("cooperative-sticky", partitions, members);
    expect(shares.map(({ assignment }) => decodeAssignedTopics(assignment))).toEqual([
      [{ topic: "ratings", partitions: [1] }],
      [{ topic: "other", partitions: [0, 1] }],
      [{ topic: "ratings", partitions: [0] }],
    ]);
  });
});
