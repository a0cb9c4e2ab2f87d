import { describe, expect, test } from "vitest";
import { nextDeadlineMs } from "../../src/group/pass-time.ts";
import { ScriptedGroup, SESSION_MS } from "./scripted-group.ts";

function stable(...memberIds: string[]): ScriptedGroup {
  const script = new ScriptedGroup();
  script.settle(...memberIds);
  expect(script.state).toBe("Stable");
  return script;
}

/** Expectations are those of the protocol guide's Heartbeat, LeaveGroup and OffsetCommit. */
describe("a heartbeat", () => {
  test("keeps a member for another session", () => {
    const script = stable("a");
    script.wait(SESSION_MS - 1);
    expect(script.heartbeat("a")).toBeUndefined();
    script.wait(SESSION_MS - 1);
    expect(script.memberIds).toEqual(["a"]);
    script.wait(1);
    expect(script.memberIds).toEqual([]);
    expect(script.state).toBe("Empty");
    expect(script.group.generation).toBe(2);
  });

  test.each([
    ["of another generation", "a", { generation: 7 }, "ILLEGAL_GENERATION"],
    ["of a member that is none", "x", {}, "UNKNOWN_MEMBER_ID"],
  ])("%s is refused", (_, memberId, changes, error) => {
    expect(stable("a").heartbeat(memberId, changes)).toBe(error);
  });

  test("while assignments are awaited is well", () => {
    const script = new ScriptedGroup();
    script.join("a");
    expect(script.state).toBe("CompletingRebalance");
    expect(script.heartbeat("a")).toBeUndefined();
  });

  test("that stays out has the others rebalance", () => {
    const script = stable("a", "b");
    script.wait(SESSION_MS / 2);
    script.heartbeat("a");
    script.wait(SESSION_MS / 2);
    expect(script.memberIds).toEqual(["a"]);
    expect(script.heartbeat("a")).toBe("REBALANCE_IN_PROGRESS");
  });
});

describe("leaving", () => {
  test("has the others rebalance at once, and another lead", () => {
    const script = stable("a", "b");
    expect(script.leave("a")).toBeUndefined();
    expect(script.state).toBe("PreparingRebalance");
    expect(script.answer(script.send({ memberId: "b" }))).toMatchObject({ leaderId: "b" });
  });

  test("of the last leaves an empty group, with nothing to wait for", () => {
    const script = stable("a");
    script.leave("a");
    expect(script.state).toBe("Empty");
    expect(script.group.leaderId).toBeUndefined();
    expect(nextDeadlineMs(script.group)).toBeUndefined();
    expect(script.answer(script.join("b"))).toMatchObject({ generation: 3, leaderId: "b" });
  });

  test("of one that others wait for lets them go on", () => {
    const script = stable("a");
    const second = script.join("b");
    script.leave("a");
    expect(script.answer(second)).toMatchObject({ kind: "joined", leaderId: "b" });
  });

  test("with an id that was given out lets the others go on", () => {
    const script = stable("a");
    script.send({ newMemberId: "c", requiresKnownMemberId: true });
    const again = script.send({ memberId: "a" });
    expect(script.answer(again)).toBeUndefined();
    expect(script.leave("c")).toBeUndefined();
    expect(script.answer(again)).toMatchObject({ kind: "joined" });
  });

  test("of who waits to join refuses the request that waits", () => {
    const script = stable("a");
    const second = script.join("b");
    script.leave("b");
    expect(script.answer(second)).toEqual({ kind: "refused", error: "UNKNOWN_MEMBER_ID" });
  });

  test("of a stranger is refused", () => {
    expect(stable("a").leave("x")).toBe("UNKNOWN_MEMBER_ID");
  });
});

describe("a commit of offsets", () => {
  test("is taken from a member of this generation, and is a sign of life", () => {
    const script = stable("a");
    script.wait(SESSION_MS - 1);
    expect(script.commit("a")).toBeUndefined();
    script.wait(SESSION_MS - 1);
    expect(script.memberIds).toEqual(["a"]);
  });

  test("is taken while members join again: those that go finish their work", () => {
    const script = stable("a");
    script.join("b");
    expect(script.commit("a")).toBeUndefined();
  });

  test("is refused while assignments are awaited", () => {
    const script = new ScriptedGroup();
    script.join("a");
    expect(script.commit("a")).toBe("REBALANCE_IN_PROGRESS");
  });

  test("without a member is taken by an empty group only", () => {
    expect(new ScriptedGroup().commit("", { generation: -1 })).toBeUndefined();
    expect(stable("a").commit("", { generation: -1 })).toBe("UNKNOWN_MEMBER_ID");
  });

  test("of a member that was replaced is fenced", () => {
    const script = stable("a", "b");
    const generation = script.group.generation;
    script.leave("b");
    expect(script.commit("b", { generation })).toBe("UNKNOWN_MEMBER_ID");
    script.rejoinAndSync("a");
    expect(script.commit("a", { generation })).toBe("ILLEGAL_GENERATION");
    expect(script.commit("a", { generation: -1 })).toBe("ILLEGAL_GENERATION");
  });
});
