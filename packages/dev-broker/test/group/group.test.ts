import { ERROR_CODES } from "@salon/kafka-protocol";
import { describe, expect, it } from "vitest";
import { Group } from "../../src/group/group.ts";
import type { JoinAnswer, JoinRequest } from "../../src/group/member.ts";
import { ManualTimers } from "./manual-timers.ts";

const SESSION_MS = 10_000;
const REBALANCE_MS = 60_000;

function openGroup(initialRebalanceDelayMs = 0): { group: Group; timers: ManualTimers } {
  const timers = new ManualTimers();
  let ids = 0;
  const newMemberId = (prefix: string): string => `${prefix}-${++ids}`;
  return { group: new Group({ timers, newMemberId, initialRebalanceDelayMs }), timers };
}

function joinRequest(request: Partial<JoinRequest> = {}): JoinRequest {
  return {
    groupId: "g",
    sessionTimeoutMs: SESSION_MS,
    rebalanceTimeoutMs: REBALANCE_MS,
    memberId: "",
    groupInstanceId: undefined,
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: Buffer.from("topics") }],
    clientId: "c",
    clientHost: "/127.0.0.1",
    requiresKnownMemberId: false,
    ...request,
  };
}

/** A member of the generation that its join was answered with. */
function claimOf({ memberId, generationId }: JoinAnswer): {
  memberId: string;
  generationId: number;
  groupInstanceId: undefined;
} {
  return { memberId, generationId, groupInstanceId: undefined };
}

/** A stable group of one. */
async function stableGroup(): Promise<{ group: Group; timers: ManualTimers; leader: JoinAnswer }> {
  const opened = openGroup();
  const leader = await opened.group.join(joinRequest());
  await opened.group.sync(claimOf(leader), [
    { memberId: leader.memberId, assignment: Buffer.from("all") },
  ]);
  return { ...opened, leader };
}

describe("joining", () => {
  it("makes the first member the leader, who is told of all members", async () => {
    const { group } = openGroup();
    const answer = await group.join(joinRequest());
    expect(answer).toMatchObject({
      errorCode: ERROR_CODES.NONE,
      generationId: 1,
      protocolName: "range",
      leader: "c-1",
      memberId: "c-1",
      members: [{ memberId: "c-1", metadata: Buffer.from("topics") }],
    });
    expect(group.state).toBe("CompletingRebalance");
  });

  it("gives a new member its id first where the version has that (KIP-394)", async () => {
    const { group, timers } = openGroup();
    const request = joinRequest({ requiresKnownMemberId: true });
    const first = await group.join(request);
    expect(first).toMatchObject({ errorCode: ERROR_CODES.MEMBER_ID_REQUIRED, memberId: "c-1" });
    expect(group.members).toEqual([]);
    const second = await group.join({ ...request, memberId: first.memberId });
    expect(second).toMatchObject({ errorCode: ERROR_CODES.NONE, memberId: "c-1" });
    const forgotten = await group.join(request);
    timers.advance(SESSION_MS);
    expect(await group.join({ ...request, memberId: forgotten.memberId })).toMatchObject({
      errorCode: ERROR_CODES.UNKNOWN_MEMBER_ID,
    });
  });

  it("waits for the members of the last generation, and goes on without those that do not come", async () => {
    const { group, timers, leader } = await stableGroup();
    const joined = group.join(joinRequest());
    expect(group.state).toBe("PreparingRebalance");
    for (let elapsed = 0; elapsed < REBALANCE_MS; elapsed += SESSION_MS / 2) {
      expect(group.heartbeat(claimOf(leader))).toBe(ERROR_CODES.REBALANCE_IN_PROGRESS);
      timers.advance(SESSION_MS / 2);
    }
    expect(await joined).toMatchObject({ generationId: 2, leader: "c-2", memberId: "c-2" });
    expect(group.heartbeat(claimOf(leader))).toBe(ERROR_CODES.UNKNOWN_MEMBER_ID);
  });

  it("keeps the leader and tells only it who the members are", async () => {
    const { group, leader } = await stableGroup();
    const joined = group.join(joinRequest());
    const again = await group.join(joinRequest({ memberId: leader.memberId }));
    expect(again).toMatchObject({ generationId: 2, leader: "c-1" });
    expect(again.members.map(({ memberId }) => memberId)).toEqual(["c-1", "c-2"]);
    expect(await joined).toMatchObject({ generationId: 2, leader: "c-1", members: [] });
  });

  it("lets the first members of an empty group wait for others as long as it is told", async () => {
    const { group, timers } = openGroup(3_000);
    const answers = [group.join(joinRequest()), group.join(joinRequest())];
    timers.advance(2_999);
    expect(group.state).toBe("PreparingRebalance");
    timers.advance(1);
    expect((await Promise.all(answers)).map(({ generationId }) => generationId)).toEqual([1, 1]);
  });

  it("chooses the protocol that most of those prefer who all have it", async () => {
    const { group, timers } = openGroup(1);
    const joins = [
      ["sticky", "range", "robin"],
      ["robin", "range"],
      ["robin", "range"],
    ].map((names) =>
      group.join(
        joinRequest({
          protocols: names.map((name) => ({ name, metadata: Buffer.from(name) })),
        }),
      ),
    );
    timers.advance(1);
    // Not all have "sticky"; then one votes for "range" and two for "robin".
    const [leader] = await Promise.all(joins);
    expect(leader?.protocolName).toBe("robin");
    expect(leader?.members.map(({ metadata }) => metadata.toString())).toEqual([
      "robin",
      "robin",
      "robin",
    ]);
  });

  it.each([
    ["another protocol type", { protocolType: "connect" }],
    ["no protocol of the others", { protocols: [{ name: "other", metadata: Buffer.alloc(0) }] }],
    ["no protocol", { protocols: [] }],
  ])("refuses a member with %s", async (_, request) => {
    const { group } = await stableGroup();
    expect(await group.join(joinRequest(request))).toMatchObject({
      errorCode: ERROR_CODES.INCONSISTENT_GROUP_PROTOCOL,
    });
    expect(group.state).toBe("Stable");
  });

  it("refuses an id that it did not give", async () => {
    const { group } = openGroup();
    expect(await group.join(joinRequest({ memberId: "made-up" }))).toMatchObject({
      errorCode: ERROR_CODES.UNKNOWN_MEMBER_ID,
    });
  });

  it("answers a follower that asks again without a change from the same generation", async () => {
    const { group, leader } = await stableGroup();
    const joining = group.join(joinRequest());
    await group.join(joinRequest({ memberId: leader.memberId }));
    const follower = await joining;
    expect(await group.join(joinRequest({ memberId: follower.memberId }))).toEqual(follower);
  });
});

describe("synchronizing", () => {
  it("gives each member what the leader assigned, when the leader has come", async () => {
    const { group, timers } = openGroup(1);
    const joins = [group.join(joinRequest()), group.join(joinRequest())];
    timers.advance(1);
    const [leader, follower] = (await Promise.all(joins)) as [JoinAnswer, JoinAnswer];
    const waiting = group.sync(claimOf(follower), []);
    const led = await group.sync(claimOf(leader), [
      { memberId: leader.memberId, assignment: Buffer.from("first") },
      { memberId: follower.memberId, assignment: Buffer.from("second") },
    ]);
    expect(led).toEqual({ errorCode: 0, assignment: Buffer.from("first") });
    expect(await waiting).toEqual({ errorCode: 0, assignment: Buffer.from("second") });
    expect(group.state).toBe("Stable");
  });

  it("sends members back to joining where the group rebalances again", async () => {
    const { group, timers } = openGroup(1);
    const joins = [group.join(joinRequest()), group.join(joinRequest())];
    timers.advance(1);
    const [, follower] = (await Promise.all(joins)) as [JoinAnswer, JoinAnswer];
    const waiting = group.sync(claimOf(follower), []);
    void group.join(joinRequest());
    expect((await waiting).errorCode).toBe(ERROR_CODES.REBALANCE_IN_PROGRESS);
    expect((await group.sync(claimOf(follower), [])).errorCode).toBe(
      ERROR_CODES.REBALANCE_IN_PROGRESS,
    );
  });

  it("refuses another generation", async () => {
    const { group, leader } = await stableGroup();
    const old = { ...claimOf(leader), generationId: 0 };
    expect((await group.sync(old, [])).errorCode).toBe(ERROR_CODES.ILLEGAL_GENERATION);
    expect(group.heartbeat(old)).toBe(ERROR_CODES.ILLEGAL_GENERATION);
  });
});

describe("members that go", () => {
  it("make the others share their partitions", async () => {
    const { group, leader } = await stableGroup();
    const joining = group.join(joinRequest());
    await group.join(joinRequest({ memberId: leader.memberId }));
    const follower = await joining;
    expect(group.leave(claimOf(leader))).toBe(ERROR_CODES.NONE);
    expect(group.heartbeat(claimOf(follower))).toBe(ERROR_CODES.REBALANCE_IN_PROGRESS);
    const again = await group.join(joinRequest({ memberId: follower.memberId }));
    expect(again).toMatchObject({ generationId: 3, leader: follower.memberId });
  });

  it("leave the group empty in the end", async () => {
    const { group, leader } = await stableGroup();
    expect(group.leave(claimOf(leader))).toBe(ERROR_CODES.NONE);
    expect(group.state).toBe("Empty");
    expect(group.leave(claimOf(leader))).toBe(ERROR_CODES.UNKNOWN_MEMBER_ID);
  });

  it("are gone when they give no sign of life for their session, and not before", async () => {
    const { group, timers, leader } = await stableGroup();
    timers.advance(SESSION_MS - 1);
    expect(group.heartbeat(claimOf(leader))).toBe(ERROR_CODES.NONE);
    timers.advance(SESSION_MS - 1);
    expect(group.members).toHaveLength(1);
    timers.advance(1);
    expect(group.members).toHaveLength(0);
    expect(group.state).toBe("Empty");
  });
});

describe("static members (KIP-345)", () => {
  it("are replaced by the next one of their instance, and fenced", async () => {
    const { group } = openGroup();
    const request = joinRequest({ groupInstanceId: "i", requiresKnownMemberId: true });
    const first = await group.join(request);
    const second = await group.join(request);
    expect(second.memberId).not.toBe(first.memberId);
    expect(group.members).toHaveLength(1);
    const claim = { ...claimOf(first), groupInstanceId: "i" };
    expect(group.heartbeat(claim)).toBe(ERROR_CODES.FENCED_INSTANCE_ID);
    expect(await group.join({ ...request, memberId: first.memberId })).toMatchObject({
      errorCode: ERROR_CODES.FENCED_INSTANCE_ID,
    });
  });
});

describe("committing offsets", () => {
  it("is for members of the generation, and for anybody while there are none", async () => {
    const outside = { memberId: "", generationId: -1, groupInstanceId: undefined };
    expect(openGroup().group.checkCommit(outside)).toBe(ERROR_CODES.NONE);
    const { group, leader } = await stableGroup();
    expect(group.checkCommit(claimOf(leader))).toBe(ERROR_CODES.NONE);
    expect(group.checkCommit(outside)).toBe(ERROR_CODES.UNKNOWN_MEMBER_ID);
    expect(group.checkCommit({ ...claimOf(leader), generationId: 7 })).toBe(
      ERROR_CODES.ILLEGAL_GENERATION,
    );
  });
});
