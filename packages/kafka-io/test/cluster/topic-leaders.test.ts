import { ZERO_UUID } from "@salon/kafka-protocol";
import { describe, expect, it } from "vitest";
import { NO_LEADERS, takeLeaders } from "../../src/cluster/topic-leaders.ts";

const id = "AAECAwQFBgcICQoLDA0ODw";

function partition(index: number, leaderId: number, leaderEpoch: number) {
  const rest = { errorCode: 0, replicas: [], inSyncReplicas: [], offlineReplicas: [] };
  return { index, leaderId, leaderEpoch, ...rest };
}

const known = takeLeaders(NO_LEADERS, {
  topicId: id,
  partitions: [partition(1, 12, 7), partition(0, 11, 5)],
});

describe("takeLeaders", () => {
  it("takes leaders and epochs by ascending partition", () => {
    expect(known.topicId).toBe(id);
    expect([...known.nodeIds]).toEqual([
      [0, 11],
      [1, 12],
    ]);
    expect([...known.epochs]).toEqual([
      [0, 5],
      [1, 7],
    ]);
  });

  it("keeps what a broker says that has not heard of the latest election, and no more", () => {
    const late = { topicId: id, partitions: [partition(0, 12, 6), partition(1, 11, 6)] };
    const taken = takeLeaders(known, late);
    expect([...taken.nodeIds.values()]).toEqual([12, 12]);
    expect([...taken.epochs.values()]).toEqual([6, 7]);
    const same = takeLeaders(taken, { topicId: id, partitions: [partition(0, -1, 6)] });
    expect([...same.nodeIds]).toEqual([[0, -1]]);
  });

  it.each([
    ["of a topic created anew", "EBESExQVFhcYGRobHB0eHw"],
    ["of brokers that know no ids", ZERO_UUID],
  ])("begins anew with the epochs %s", (_name, topicId) => {
    const taken = takeLeaders(known, { topicId, partitions: [partition(0, 13, 0)] });
    expect([...taken.nodeIds]).toEqual([[0, 13]]);
    expect([...taken.epochs]).toEqual([[0, 0]]);
    expect(taken.topicId).toBe(topicId === ZERO_UUID ? undefined : topicId);
  });
});
