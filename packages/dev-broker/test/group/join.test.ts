import { describe, expect, test } from "vitest";
import { protocols, REBALANCE_MS, ScriptedGroup, SESSION_MS } from "./scripted-group.ts";

/**
 * Expectations are those of Kafka's classic group coordinator: the protocol guide's JoinGroup,
 * KIP-394 (an id is required), KIP-134 (the first rebalance waits) and the states and transitions
 * that ClassicGroupState documents.
 */
describe("a first request to join", () => {
  test("is given an id to join with, which waits in no rebalance", () => {
    const script = new ScriptedGroup();
    const request = script.send({ newMemberId: "a", requiresKnownMemberId: true });
    expect(script.answer(request)).toEqual({
      kind: "refused",
      error: "MEMBER_ID_REQUIRED",
      memberId: "a",
    });
    expect(script.state).toBe("Empty");
    expect([...script.group.pendingMembers]).toEqual([["a", 1000 + SESSION_MS]]);
  });

  test("makes a member at once where the client knows nothing of required ids", () => {
    const script = new ScriptedGroup();
    const request = script.send({ newMemberId: "a" });
    expect(script.answer(request)).toMatchObject({ memberId: "a", leaderId: "a", generation: 1 });
  });

  test("with the id that was given out makes the leader of the first generation", () => {
    const script = new ScriptedGroup();
    const request = script.join("a");
    expect(script.answer(request)).toEqual({
      kind: "joined",
      memberId: "a",
      generation: 1,
      protocolName: "range",
      leaderId: "a",
      members: [
        { memberId: "a", groupInstanceId: undefined, metadata: Buffer.from("metadata of range") },
      ],
    });
    expect(script.state).toBe("CompletingRebalance");
    expect(script.group.pendingMembers.size).toBe(0);
  });

  test("with an id that nobody was given is refused", () => {
    const script = new ScriptedGroup();
    script.settle("a");
    const request = script.send({ memberId: "stranger" });
    expect(script.answer(request)).toEqual({ kind: "refused", error: "UNKNOWN_MEMBER_ID" });
    expect(script.state).toBe("Stable");
  });

  test("is too late once its id was forgotten", () => {
    const script = new ScriptedGroup();
    script.send({ newMemberId: "a", requiresKnownMemberId: true });
    script.wait(SESSION_MS);
    expect(script.answer(script.send({ memberId: "a" }))).toMatchObject({
      error: "UNKNOWN_MEMBER_ID",
    });
  });

  test.each([
    ["another type", { protocolType: "connect" }],
    ["no type", { protocolType: "" }],
    ["no protocol", { protocols: [] }],
    ["no protocol that all know", { protocols: protocols("roundrobin") }],
  ])("is refused with %s", (_, changes) => {
    const script = new ScriptedGroup();
    script.settle("a");
    const request = script.send({ newMemberId: "b", ...changes });
    expect(script.answer(request)).toEqual({
      kind: "refused",
      error: "INCONSISTENT_GROUP_PROTOCOL",
    });
    expect(script.memberIds).toEqual(["a"]);
  });
});

describe("a second member", () => {
  test("waits until the first has joined again; the leader alone is told of both", () => {
    const script = new ScriptedGroup();
    script.settle("a");
    const second = script.join("b");
    expect(script.state).toBe("PreparingRebalance");
    expect(script.answer(second)).toBeUndefined();
    expect(script.heartbeat("a")).toBe("REBALANCE_IN_PROGRESS");
    const first = script.send({ memberId: "a" });
    expect(script.answer(first)).toMatchObject({
      generation: 2,
      leaderId: "a",
      members: [{ memberId: "a" }, { memberId: "b" }],
    });
    expect(script.answer(second)).toMatchObject({ generation: 2, leaderId: "a", members: [] });
    expect(script.state).toBe("CompletingRebalance");
  });

  test("goes on without the first, which has not joined again in the rebalance time-out", () => {
    const script = new ScriptedGroup();
    script.settle("a");
    const second = script.join("b");
    const steps = REBALANCE_MS / 5000;
    for (let step = 0; step < steps; step++) {
      expect(script.answer(second)).toBeUndefined();
      expect(script.heartbeat("a")).toBe("REBALANCE_IN_PROGRESS");
      script.wait(5000);
    }
    expect(script.answer(second)).toMatchObject({ generation: 2, leaderId: "b" });
    expect(script.memberIds).toEqual(["b"]);
    expect(script.heartbeat("a")).toBe("UNKNOWN_MEMBER_ID");
  });

  test("does not wait longer for one that is not heard of than for its session", () => {
    const script = new ScriptedGroup();
    script.settle("a");
    const second = script.join("b");
    script.wait(SESSION_MS - 1);
    expect(script.answer(second)).toBeUndefined();
    script.wait(1);
    expect(script.answer(second)).toMatchObject({ generation: 2, leaderId: "b" });
  });

  test("that has an id and never joins holds up a rebalance until its id is forgotten", () => {
    const script = new ScriptedGroup();
    script.settle("a");
    script.send({ newMemberId: "c", requiresKnownMemberId: true });
    const again = script.send({ memberId: "a", protocols: protocols("range", "sticky") });
    expect(script.answer(again)).toBeUndefined();
    script.wait(SESSION_MS);
    expect(script.answer(again)).toMatchObject({ generation: 2 });
  });
});

describe("a member that joins again", () => {
  test("in a stable group starts a rebalance where it leads, none where it follows", () => {
    const script = new ScriptedGroup();
    script.settle("a", "b");
    const { generation } = script.group;
    const follower = script.send({ memberId: "b" });
    expect(script.answer(follower)).toMatchObject({ generation, leaderId: "a", members: [] });
    expect(script.state).toBe("Stable");
    script.send({ memberId: "a" });
    expect(script.state).toBe("PreparingRebalance");
  });

  test("with other metadata starts a rebalance where it follows, too", () => {
    const script = new ScriptedGroup();
    script.settle("a", "b");
    const changed = [{ name: "range", metadata: Buffer.from("other topics") }];
    script.send({ memberId: "b", protocols: changed });
    expect(script.state).toBe("PreparingRebalance");
  });

  test("because it has not heard the answer is told the same generation again", () => {
    const script = new ScriptedGroup();
    const first = script.join("a");
    const again = script.send({ memberId: "a" });
    expect(script.answer(again)).toEqual(script.answer(first));
    expect(script.group.generation).toBe(1);
  });

  test("on another connection while it waits has its first request ended", () => {
    const script = new ScriptedGroup();
    script.settle("a");
    const lost = script.join("b");
    const again = script.send({ memberId: "b" });
    expect(script.answer(lost)).toEqual({ kind: "refused", error: "REBALANCE_IN_PROGRESS" });
    expect(script.answer(again)).toBeUndefined();
    script.send({ memberId: "a" });
    expect(script.answer(again)).toMatchObject({ kind: "joined", generation: 2 });
  });

  test("after it was dropped must begin as a new one", () => {
    const script = new ScriptedGroup();
    script.settle("a");
    script.wait(SESSION_MS);
    expect(script.state).toBe("Empty");
    const late = script.send({ memberId: "a" });
    expect(script.answer(late)).toMatchObject({ error: "UNKNOWN_MEMBER_ID" });
  });
});

describe("the first rebalance with a delay", () => {
  test("waits for others, again as long as each time somebody came", () => {
    const script = new ScriptedGroup(3000);
    const first = script.join("a");
    script.wait(2000);
    const second = script.join("b");
    script.wait(1000);
    expect(script.answer(first)).toBeUndefined();
    script.wait(2999);
    expect(script.answer(second)).toBeUndefined();
    script.wait(1);
    expect(script.answer(first)).toMatchObject({ generation: 1, leaderId: "a" });
    expect(script.answer(second)).toMatchObject({ generation: 1, leaderId: "a" });
  });

  test("is put off no longer than the rebalance time-out in all", () => {
    const script = new ScriptedGroup(3000);
    const first = script.join("m0", { rebalanceTimeoutMs: 8000 });
    for (const moment of [1, 2, 3]) {
      script.wait(2000);
      script.join(`m${moment}`, { rebalanceTimeoutMs: 8000 });
    }
    script.wait(1999);
    expect(script.answer(first)).toBeUndefined();
    script.wait(1);
    expect(script.answer(first)).toMatchObject({ generation: 1 });
    expect(script.memberIds).toHaveLength(4);
  });
});

describe("the protocol", () => {
  test("is the one that most members prefer of those that all know", () => {
    const script = new ScriptedGroup(1);
    const first = script.join("a", { protocols: protocols("own", "range", "sticky") });
    script.join("b", { protocols: protocols("sticky", "range") });
    script.join("c", { protocols: protocols("sticky", "range") });
    script.wait(10);
    expect(script.answer(first)).toMatchObject({ protocolName: "sticky" });
  });
});
