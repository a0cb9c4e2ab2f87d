import { describe, expect, test, vi } from "vitest";
import type { IncomingJoin } from "../../src/group/group-coordinator.ts";
import { GroupCoordinator } from "../../src/group/group-coordinator.ts";
import { GroupOffsets, type OffsetToCommit } from "../../src/group/group-offsets.ts";
import { type BrokerStore, createMemoryStore } from "../../src/log/broker-store.ts";
import { ManualTimers } from "./manual-timers.ts";

const SESSION_MS = 10_000;

function setUp(store: BrokerStore = createMemoryStore()) {
  const timers = new ManualTimers();
  const offsets = new GroupOffsets(store);
  let ids = 0;
  const createId = (): string => {
    ids += 1;
    return String(ids);
  };
  const settings = { sessionTimeoutMinMs: 1000, sessionTimeoutMaxMs: 60_000 };
  const components = { offsets, timers, nowMs: () => timers.nowMs, createId };
  return { timers, offsets, coordinator: new GroupCoordinator(components, settings) };
}

function joining(memberId = "", changes: Partial<IncomingJoin> = {}): IncomingJoin {
  return {
    memberId,
    groupInstanceId: undefined,
    clientId: "client",
    clientHost: "/127.0.0.1",
    sessionTimeoutMs: SESSION_MS,
    rebalanceTimeoutMs: 60_000,
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: Buffer.from("topics") }],
    requiresKnownMemberId: false,
    ...changes,
  };
}

function syncing(memberId: string, generation: number) {
  const identity = { memberId, groupInstanceId: undefined, generation };
  return { ...identity, assignments: [{ memberId, assignment: Buffer.from("all") }] };
}

function at(partition: number, offset: bigint, topic = "t"): OffsetToCommit {
  return { topic, partition, offset, leaderEpoch: -1, metadata: "" };
}

const anybody = { memberId: "", groupInstanceId: undefined, generation: -1 };

describe("a coordinator", () => {
  test("names members after their client or instance", async () => {
    const { coordinator } = setUp();
    const asked = await coordinator.join("g", joining("", { requiresKnownMemberId: true }));
    expect(asked).toEqual({ kind: "refused", error: "MEMBER_ID_REQUIRED", memberId: "client-1" });
    expect(await coordinator.join("g", joining("client-1"))).toMatchObject({ generation: 1 });
    const other = coordinator.join("other", joining("", { groupInstanceId: "pod-0" }));
    expect(await other).toMatchObject({ memberId: "pod-0-2" });
  });

  test("answers who waits when the last has joined", async () => {
    const { coordinator } = setUp();
    await coordinator.join("g", joining());
    const second = coordinator.join("g", joining());
    const answered = vi.fn<() => void>();
    void second.then(answered);
    await Promise.resolve();
    expect(answered).not.toHaveBeenCalled();
    await coordinator.join("g", joining("client-1"));
    expect(await second).toMatchObject({ generation: 2, leaderId: "client-1" });
  });

  test("drops a silent member when its session ends, and needs no timer after it", async () => {
    const { coordinator, timers } = setUp();
    await coordinator.join("g", joining());
    await coordinator.sync("g", syncing("client-1", 1));
    expect(coordinator.describe("g")).toMatchObject({
      state: "Stable",
      protocolName: "range",
      members: [{ memberId: "client-1", clientHost: "/127.0.0.1", clientId: "client" }],
    });
    timers.advance(SESSION_MS);
    expect(coordinator.describe("g")).toMatchObject({ state: "Empty", members: [] });
    expect(timers.count).toBe(0);
  });

  test.each([
    ["no group id", "", {}, "INVALID_GROUP_ID"],
    ["a session too short", "g", { sessionTimeoutMs: 999 }, "INVALID_SESSION_TIMEOUT"],
    ["a session too long", "g", { sessionTimeoutMs: 60_001 }, "INVALID_SESSION_TIMEOUT"],
    ["an id of a group that is not there", "g", { memberId: "x" }, "UNKNOWN_MEMBER_ID"],
    ["no protocol", "g", { protocols: [] }, "INCONSISTENT_GROUP_PROTOCOL"],
  ])("refuses %s, and no group comes of it", async (_, groupId, changes, error) => {
    const { coordinator } = setUp();
    expect(await coordinator.join(groupId, joining("", changes))).toMatchObject({ error });
    expect(coordinator.list()).toEqual([]);
  });

  test("knows no member of a group that is not there", async () => {
    const { coordinator } = setUp();
    const member = { memberId: "x", groupInstanceId: undefined, generation: 1 };
    expect(coordinator.heartbeat("g", member)).toBe("UNKNOWN_MEMBER_ID");
    expect(coordinator.leave("g", member)).toBe("UNKNOWN_MEMBER_ID");
    expect(await coordinator.sync("g", syncing("x", 1))).toMatchObject({
      error: "UNKNOWN_MEMBER_ID",
    });
    expect(coordinator.commitOffsets("g", member, [at(0, 1n)])).toBe("ILLEGAL_GENERATION");
    expect(coordinator.describe("g").state).toBe("Dead");
  });

  test("refuses who waits when it is closed, and who comes later", async () => {
    const { coordinator, timers } = setUp();
    await coordinator.join("g", joining());
    const waiting = coordinator.join("g", joining());
    coordinator[Symbol.dispose]();
    expect(await waiting).toMatchObject({ error: "COORDINATOR_NOT_AVAILABLE" });
    expect(await coordinator.join("g", joining())).toMatchObject({
      error: "COORDINATOR_NOT_AVAILABLE",
    });
    expect(timers.count).toBe(0);
  });
});

describe("committed offsets", () => {
  test("are those of the last commit of each partition", async () => {
    const { coordinator, offsets } = setUp();
    coordinator.commitOffsets("g", anybody, [at(0, 5n), at(1, 7n)]);
    coordinator.commitOffsets("g", anybody, [at(0, 3n)]);
    expect(offsets.fetch("g", "t", 0)?.offset).toBe(3n);
    expect(offsets.fetch("g", "t", 1)?.offset).toBe(7n);
    expect(offsets.fetch("other", "t", 0)).toBeUndefined();
    expect(coordinator.list()).toMatchObject([{ groupId: "g", state: "Empty" }]);
  });

  test("are refused from a member of another generation, and nothing is stored", async () => {
    const { coordinator, offsets } = setUp();
    await coordinator.join("g", joining());
    await coordinator.sync("g", syncing("client-1", 1));
    const late = { memberId: "client-1", groupInstanceId: undefined, generation: 0 };
    expect(coordinator.commitOffsets("g", late, [at(0, 5n)])).toBe("ILLEGAL_GENERATION");
    expect(offsets.has("g")).toBe(false);
  });

  test("are answered for only when they are stored", async () => {
    const failure = new Error("the disk is full");
    const { coordinator } = setUp({
      ...createMemoryStore(),
      saveOffsets: () => {
        throw failure;
      },
    });
    expect(() => coordinator.commitOffsets("g", anybody, [at(0, 5n)])).toThrow(failure);
  });
});
