import { describe, expect, test } from "vitest";
import { protocols, ScriptedGroup, SESSION_MS } from "./scripted-group.ts";

/** `a1` of instance `a`, which leads, and `b1` of instance `b`, both with their assignments. */
function stable(): ScriptedGroup {
  const script = new ScriptedGroup(1);
  script.send({ newMemberId: "a1", groupInstanceId: "a", requiresKnownMemberId: true });
  script.send({ newMemberId: "b1", groupInstanceId: "b", requiresKnownMemberId: true });
  script.wait(2);
  script.rejoinAndSync("a1", "b1");
  expect(script.state).toBe("Stable");
  return script;
}

/** Expectations are those of KIP-345. */
describe("a static member", () => {
  test("needs no second request to join", () => {
    const script = stable();
    expect(script.memberIds).toEqual(["a1", "b1"]);
    expect(script.group.generation).toBe(1);
  });

  test("that was started again goes on with its assignment, without a rebalance", () => {
    const script = stable();
    const back = script.send({ newMemberId: "b2", groupInstanceId: "b" });
    expect(script.answer(back)).toMatchObject({ memberId: "b2", generation: 1, leaderId: "a1" });
    expect(script.state).toBe("Stable");
    expect(script.memberIds).toEqual(["a1", "b2"]);
    const synced = script.sync("b2", { groupInstanceId: "b" });
    expect(script.answer(synced)).toMatchObject({ assignment: Buffer.from("for b1") });
  });

  test("that leads is not told so when it comes back, so that it does not assign", () => {
    const script = stable();
    const back = script.send({ newMemberId: "a2", groupInstanceId: "a" });
    expect(script.answer(back)).toMatchObject({ memberId: "a2", leaderId: "a1", members: [] });
    expect(script.group.leaderId).toBe("a2");
  });

  test("that leads is told so where it can have its assignment go on", () => {
    const script = stable();
    const instance = { newMemberId: "a2", groupInstanceId: "a", canSkipAssignment: true };
    const answer = script.answer(script.send(instance));
    expect(answer).toMatchObject({ memberId: "a2", leaderId: "a2", skipAssignment: true });
    expect(answer).toHaveProperty("members.length", 2);
    expect(script.answer(script.sync("a2", { groupInstanceId: "a" }))).toMatchObject({
      assignment: Buffer.from("for a1"),
    });
  });

  test("fences the process whose place it took", () => {
    const script = stable();
    script.send({ newMemberId: "b2", groupInstanceId: "b" });
    const old = { groupInstanceId: "b" };
    expect(script.heartbeat("b1", old)).toBe("FENCED_INSTANCE_ID");
    expect(script.commit("b1", old)).toBe("FENCED_INSTANCE_ID");
    expect(script.answer(script.sync("b1", old))).toMatchObject({ error: "FENCED_INSTANCE_ID" });
    expect(script.answer(script.send({ memberId: "b1", ...old }))).toMatchObject({
      error: "FENCED_INSTANCE_ID",
    });
    expect(script.leave("b1", "b")).toBe("FENCED_INSTANCE_ID");
    expect(script.heartbeat("b2", old)).toBeUndefined();
  });

  test("fences the request in which its forerunner waits", () => {
    const script = stable();
    script.join("c");
    const old = script.send({ memberId: "b1", groupInstanceId: "b" });
    const back = script.send({ newMemberId: "b2", groupInstanceId: "b" });
    expect(script.answer(old)).toEqual({ kind: "refused", error: "FENCED_INSTANCE_ID" });
    expect(script.answer(back)).toBeUndefined();
    script.send({ memberId: "a1", groupInstanceId: "a" });
    expect(script.answer(back)).toMatchObject({ memberId: "b2", generation: 2 });
  });

  test("rebalances where the group would elect another protocol with it", () => {
    const script = stable();
    script.send({
      newMemberId: "b2",
      groupInstanceId: "b",
      protocols: protocols("range", "sticky"),
    });
    expect(script.state).toBe("Stable");
    const other = script.send({
      newMemberId: "b3",
      groupInstanceId: "b",
      protocols: protocols("sticky"),
    });
    expect(script.answer(other)).toMatchObject({ error: "INCONSISTENT_GROUP_PROTOCOL" });
    expect(script.memberIds).toEqual(["a1", "b2"]);
  });

  test("that comes back while assignments are awaited has all join again", () => {
    const script = new ScriptedGroup(1);
    script.send({ newMemberId: "a1", groupInstanceId: "a" });
    script.wait(2);
    expect(script.state).toBe("CompletingRebalance");
    const back = script.send({ newMemberId: "a2", groupInstanceId: "a" });
    expect(script.answer(back)).toMatchObject({ memberId: "a2", generation: 2, leaderId: "a2" });
  });

  test("is waited for no longer than for its session", () => {
    const script = stable();
    const third = script.join("c");
    script.wait(SESSION_MS - 1);
    expect(script.answer(third)).toBeUndefined();
    script.wait(1);
    expect(script.memberIds).toEqual(["c"]);
    expect(script.answer(third)).toMatchObject({ leaderId: "c" });
  });

  test("that misses a rebalance keeps its place, and another leads", () => {
    const script = stable();
    const quick = { rebalanceTimeoutMs: 2000, groupInstanceId: "b" };
    script.send({ newMemberId: "b2", ...quick });
    script.send({ newMemberId: "a2", groupInstanceId: "a", rebalanceTimeoutMs: 2000 });
    script.join("c", { rebalanceTimeoutMs: 2000 });
    const follower = script.send({ memberId: "b2", ...quick });
    script.wait(2000);
    expect(script.answer(follower)).toMatchObject({ generation: 2, leaderId: "b2" });
    expect(script.memberIds).toEqual(["a2", "b2", "c"]);
  });

  test("is removed by its instance alone", () => {
    const script = stable();
    expect(script.leave("", "b")).toBeUndefined();
    expect(script.memberIds).toEqual(["a1"]);
    expect(script.leave("", "b")).toBe("UNKNOWN_MEMBER_ID");
  });
});
