import { expect, it } from "vitest";
import { GroupWatch } from "../src/group-watch.ts";
import { Monitor } from "../src/index.ts";
import type { DescribableGroup, GroupDescription } from "../src/index.ts";
import { NOW_MS } from "./kit/sink-events.ts";

const stable: GroupDescription = {
  state: "Stable",
  members: [{ memberId: "m-1", clientId: "salon-consume", host: "10.0.0.7", partitions: [0, 2] }],
};

/** A group that is described when a test has it so. */
function scriptedGroup(): {
  readonly group: DescribableGroup;
  readonly answers: readonly PromiseWithResolvers<GroupDescription>[];
} {
  const answers: PromiseWithResolvers<GroupDescription>[] = [];
  const describe = (): Promise<GroupDescription> => {
    const answer = Promise.withResolvers<GroupDescription>();
    answers.push(answer);
    return answer.promise;
  };
  return { group: { groupId: "g", describe }, answers };
}

/** A watch on such a group, which is looked at when a test has it so. */
function watchGroup(): {
  readonly answers: readonly PromiseWithResolvers<GroupDescription>[];
  readonly lookAt: (atMs: number) => ReturnType<GroupWatch["look"]>;
} {
  let nowMs = NOW_MS;
  const { group, answers } = scriptedGroup();
  const watch = new GroupWatch(group, () => nowMs);
  return {
    answers,
    lookAt(atMs) {
      nowMs = atMs;
      return watch.look();
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("asks when somebody looks, and no oftener than every ten seconds", async () => {
  const { answers, lookAt } = watchGroup();
  expect(answers).toHaveLength(0);
  expect(lookAt(NOW_MS)).toEqual({ groupId: "g" });
  answers[0]?.resolve(stable);
  await settled();
  for (let ms = 1_000; ms < 10_000; ms += 1_000) {
    const { described } = lookAt(NOW_MS + ms);
    expect(described).toEqual({ ...stable, atMs: NOW_MS });
  }
  expect(answers).toHaveLength(1);
  lookAt(NOW_MS + 10_000);
  expect(answers).toHaveLength(2);
});

it("does not tell who looks after a while what was so when somebody looked last", async () => {
  const { answers, lookAt } = watchGroup();
  lookAt(NOW_MS);
  answers[0]?.resolve(stable);
  await settled();
  expect(lookAt(NOW_MS + 29_999).described?.state).toBe("Stable");
  answers[1]?.resolve({ state: "Dead", members: [] });
  await settled();
  expect(lookAt(NOW_MS + 29_999 + 30_000)).toEqual({ groupId: "g" });
  answers[2]?.resolve(stable);
  await settled();
  expect(lookAt(NOW_MS + 29_999 + 30_001).described?.state).toBe("Stable");
});

it("asks once at a time, however long that takes", () => {
  const { answers, lookAt } = watchGroup();
  for (let minutes = 0; minutes < 5; minutes++) lookAt(NOW_MS + minutes * 60_000);
  expect(answers).toHaveLength(1);
});

it("says since when nothing is known, with what was known before, until it is again", async () => {
  const { answers, lookAt } = watchGroup();
  lookAt(NOW_MS);
  answers[0]?.resolve(stable);
  await settled();
  const described = { ...stable, atMs: NOW_MS };
  lookAt(NOW_MS + 10_000);
  answers[1]?.reject(new Error("no broker answers"));
  await settled();
  const unknown = { sinceMs: NOW_MS + 10_000, reason: "no broker answers" };
  expect(lookAt(NOW_MS + 20_000)).toEqual({ groupId: "g", described, unknown });
  answers[2]?.reject(new Error("it still does not"));
  await settled();
  expect(lookAt(NOW_MS + 30_000).unknown).toEqual({ ...unknown, reason: "it still does not" });
  answers[3]?.resolve({ state: "Empty", members: [] });
  await settled();
  expect(lookAt(NOW_MS + 31_000)).toEqual({
    groupId: "g",
    described: { state: "Empty", members: [], atMs: NOW_MS + 30_000 },
  });
});

it("asks again where the clock was set back", async () => {
  const { answers, lookAt } = watchGroup();
  lookAt(NOW_MS);
  answers[0]?.resolve(stable);
  await settled();
  lookAt(NOW_MS - 3_600_000);
  expect(answers).toHaveLength(2);
});

it("costs nothing while nobody looks", async () => {
  const { group, answers } = scriptedGroup();
  const silent = { info() {}, warn() {} };
  await using monitor = new Monitor(
    { host: "127.0.0.1", port: 0, version: "1.2.3", openAfterMs: 0 },
    { logger: silent, group },
  );
  const url = await monitor.url;
  for (const path of ["/healthz", "/readyz", "/metrics", "/history.json"]) {
    expect((await fetch(`${url}${path}`)).status).toBeLessThan(504);
  }
  expect(answers).toHaveLength(0);
  const known = async (): Promise<unknown> => {
    const status = (await (await fetch(`${url}/status.json`)).json()) as {
      readonly group: unknown;
    };
    return status.group;
  };
  expect(await known()).toEqual({ groupId: "g" });
  expect(answers).toHaveLength(1);
  answers[0]?.resolve(stable);
  expect(await known()).toMatchObject({ groupId: "g", described: stable });
});
