import { describe, expect, test } from "vitest";
import type { JoinedMember } from "../../src/group/group-step.ts";
import { REBALANCE_MS, ScriptedGroup, SESSION_MS } from "./scripted-group.ts";

/** A group of `a`, which leads, and `b`, neither of which has its assignment. */
function joined(): ScriptedGroup {
  const script = new ScriptedGroup(1);
  script.join("a");
  script.join("b");
  script.wait(2);
  return script;
}

function assignments(...memberIds: string[]): { memberId: string; assignment: Buffer }[] {
  return memberIds.map((memberId) => ({ memberId, assignment: Buffer.from(`for ${memberId}`) }));
}

/** Expectations are those of the protocol guide's SyncGroup and of ClassicGroupState. */
describe("a request for the assignment", () => {
  test("of a follower waits for the leader's, which answers all", () => {
    const script = joined();
    const follower = script.sync("b");
    expect(script.answer(follower)).toBeUndefined();
    const leader = script.sync("a", { assignments: assignments("a", "b") });
    expect(script.answer(leader)).toEqual({ kind: "synced", assignment: Buffer.from("for a") });
    expect(script.answer(follower)).toEqual({ kind: "synced", assignment: Buffer.from("for b") });
    expect(script.state).toBe("Stable");
  });

  test("that comes when the group is stable is answered at once", () => {
    const script = joined();
    script.sync("a", { assignments: assignments("a", "b") });
    const late = script.sync("b");
    expect(script.answer(late)).toMatchObject({ assignment: Buffer.from("for b") });
  });

  test("gives nothing to a member that the leader left out", () => {
    const script = joined();
    const follower = script.sync("b");
    script.sync("a", { assignments: assignments("a", "nobody") });
    expect(script.answer(follower)).toMatchObject({ assignment: Buffer.alloc(0) });
  });

  test.each([
    ["an older generation", "a", { generation: 0 }, "ILLEGAL_GENERATION"],
    ["a member that is none", "stranger", {}, "UNKNOWN_MEMBER_ID"],
    ["an instance that is none", "a", { groupInstanceId: "i" }, "UNKNOWN_MEMBER_ID"],
  ])("of %s is refused", (_, memberId, changes, error) => {
    const script = joined();
    expect(script.answer(script.sync(memberId, changes))).toEqual({ kind: "refused", error });
    expect(script.state).toBe("CompletingRebalance");
  });

  test("is refused while members join again", () => {
    const script = joined();
    const waiting = script.sync("b");
    script.join("c");
    expect(script.answer(waiting)).toEqual({ kind: "refused", error: "REBALANCE_IN_PROGRESS" });
    const other = script.sync("a");
    expect(script.answer(other)).toEqual({ kind: "refused", error: "REBALANCE_IN_PROGRESS" });
  });

  test("that never comes costs the member its place when the rebalance time-out is over", () => {
    const script = joined();
    script.sync("a", { assignments: assignments("a", "b") });
    for (let passedMs = 0; passedMs < REBALANCE_MS; passedMs += 5000) {
      expect(script.memberIds).toEqual(["a", "b"]);
      script.heartbeat("a");
      script.heartbeat("b");
      script.wait(5000);
    }
    expect(script.memberIds).toEqual(["a"]);
    expect(script.state).toBe("PreparingRebalance");
  });

  test("of followers is not lost with a leader that dies before it assigns", () => {
    const script = joined();
    const waiting = script.sync("b");
    script.wait(SESSION_MS);
    expect(script.answer(waiting)).toEqual({ kind: "refused", error: "REBALANCE_IN_PROGRESS" });
    const again = script.send({ memberId: "b" });
    const { members } = script.answer(again) as { readonly members: readonly JoinedMember[] };
    expect(script.answer(again)).toMatchObject({ leaderId: "b" });
    expect(members.map(({ memberId }) => memberId)).toEqual(["b"]);
  });
});
