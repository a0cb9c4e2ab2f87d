import type { GeneratedEvent } from "@salon/generator";
import { describe, expect, it } from "vitest";
import { plannedRecords, produce, type ProducePlan } from "../src/produce.ts";

const EVENT: GeneratedEvent = {
  key: Uint8Array.of(0x37),
  value: new Uint8Array(10),
  kind: "clean",
  valid: true,
};

/** A target on a clock that moves when someone sleeps, and by `writeMs` at every write. */
function createWorld(settings: { writeMs?: number; abortAtMs?: number; failAt?: number } = {}) {
  const { writeMs = 0, abortAtMs = Infinity, failAt = Infinity } = settings;
  const controller = new AbortController();
  const writes: { readonly atMs: number; readonly records: number }[] = [];
  let nowMs = 0;
  const pass = (ms: number): void => {
    nowMs += ms;
    if (nowMs >= abortAtMs) controller.abort();
  };
  return {
    writes,
    produce: (plan: ProducePlan) =>
      produce(plan, {
        target: {
          name: "test",
          write: (events) => {
            if (writes.length === failAt) return Promise.reject(new Error("no disk"));
            writes.push({ atMs: nowMs, records: events.length });
            pass(writeMs);
            return Promise.resolve();
          },
          [Symbol.asyncDispose]: () => Promise.resolve(),
        },
        nextEvent: () => EVENT,
        signal: controller.signal,
        onProgress: () => {},
        now: () => nowMs,
        sleep: (ms) => {
          pass(ms);
          return Promise.resolve();
        },
      }),
  };
}

describe("produce", () => {
  it("sends one record an interval until the duration is over", async () => {
    const world = createWorld();
    const { tally } = await world.produce({ periodMs: 3_000, durationMs: 10_000 });
    expect(world.writes).toEqual([0, 3_000, 6_000, 9_000].map((atMs) => ({ atMs, records: 1 })));
    expect(tally).toEqual({ records: 4, valueBytes: 40, kinds: { clean: 4 } });
  });

  it("sends groups at a high rate, and exactly as many as the rate and the time make", async () => {
    const world = createWorld();
    const { tally } = await world.produce({ periodMs: 0.1, durationMs: 1_000 });
    expect(tally.records).toBe(10_000);
    expect(world.writes.length).toBeLessThanOrEqual(51);
  });

  it("catches up where the target was slow, and ends in time", async () => {
    const world = createWorld({ writeMs: 400 });
    const { tally, elapsedMs } = await world.produce({ periodMs: 100, durationMs: 1_000 });
    // Writes begin at 0, 400 and 800 ms, when 1, 5 and 9 records are due, and once more at the end.
    expect(world.writes.map(({ records }) => records)).toEqual([1, 4, 4, 1]);
    expect(tally.records).toBe(10);
    expect(elapsedMs).toBe(1_600);
  });

  it("does not go on for long where the target cannot keep the pace", async () => {
    const world = createWorld({ writeMs: 1_000 });
    const { tally } = await world.produce({ periodMs: 0.01, durationMs: 3_000 });
    // Of 300,000: 1 at 0 s, and 10,000 each at 1 s, 2 s and at the end.
    expect(tally.records).toBe(30_001);
  });

  it("goes as fast as the target takes records until the count is reached", async () => {
    const world = createWorld({ writeMs: 1 });
    const { tally } = await world.produce({ periodMs: 0, count: 22_500 });
    expect(tally.records).toBe(22_500);
    expect(world.writes.map(({ records }) => records)).toEqual([10_000, 10_000, 2_500]);
  });

  it("ends by time where the speed is the target's", async () => {
    const world = createWorld({ writeMs: 100 });
    const { tally } = await world.produce({ periodMs: 0, durationMs: 1_000 });
    expect(tally.records).toBe(100_000);
  });

  it("finishes what is being written when it is aborted, and begins no more", async () => {
    const world = createWorld({ writeMs: 100, abortAtMs: 250 });
    const { tally } = await world.produce({ periodMs: 0, count: 1_000_000 });
    expect(world.writes.map(({ atMs }) => atMs)).toEqual([0, 100, 200]);
    expect(tally.records).toBe(30_000);
  });

  it("draws a group while the one before it is on its way, and begins no more than one", async () => {
    const order: string[] = [];
    let drawn = 0;
    const taken = Promise.withResolvers<void>();
    const producing = produce(
      { periodMs: 0, count: 30_000 },
      {
        target: {
          name: "test",
          write: async () => {
            order.push("write");
            await taken.promise;
          },
          [Symbol.asyncDispose]: () => Promise.resolve(),
        },
        nextEvent: () => {
          if (drawn++ % 10_000 === 0) order.push("draw");
          return EVENT;
        },
        signal: new AbortController().signal,
        onProgress: () => {},
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(order).toEqual(["draw", "write", "draw"]);
    taken.resolve();
    await producing;
    expect(order).toEqual(["draw", "write", "draw", "write", "draw", "write"]);
  });

  it("ends with the error of the target", async () => {
    const world = createWorld({ writeMs: 1, failAt: 2 });
    await expect(world.produce({ periodMs: 0, count: 100_000 })).rejects.toThrow("no disk");
  });
});

describe("plannedRecords", () => {
  it.each([
    [{ periodMs: 3_000, durationMs: 600_000 }, 200],
    [{ periodMs: 3_000, durationMs: 600_000, count: 5 }, 5],
    [{ periodMs: 3_000, count: 500 }, 500],
    [{ periodMs: 0, durationMs: 600_000 }, Infinity],
  ])("of %j is %d", (plan, records) => {
    expect(plannedRecords(plan)).toBe(records);
  });
});
