import { describe, expect, it } from "vitest";
import { FREEZES, GATES, createPlan, faultName } from "./plan.ts";

const settings = {
  seed: 7,
  memberCount: 3,
  kills: 20,
  freezes: 5,
  disturbances: 3,
  disturbanceKinds: ["store-pause", "broker-restart"] as const,
};

describe("a plan", () => {
  it("is the same for a seed and another for another", () => {
    expect(createPlan(settings)).toEqual(createPlan(settings));
    expect(createPlan({ ...settings, seed: 8 })).not.toEqual(createPlan(settings));
  });

  it("has each gate and freeze equally often, give or take one", () => {
    const names = createPlan(settings).flat().map(faultName);
    const count = (name: string): number => names.filter((other) => other === name).length;
    expect(names.length).toBe(20 + 5 + 3);
    // 20 kills at 6 gates are 3 each and 2 more; 5 freezes of 2 kinds are 2 each and 1 more.
    for (const gate of GATES) expect([3, 4]).toContain(count(`kill ${gate}`));
    for (const freeze of FREEZES) expect([2, 3]).toContain(count(`freeze ${freeze}`));
    expect([count("store-pause"), count("broker-restart")]).toEqual([2, 1]);
  });

  it("leaves a member alone in each round, and stops none twice in it", () => {
    for (let seed = 0; seed < 100; seed++) {
      for (const round of createPlan({ ...settings, seed })) {
        const members = round.flatMap((fault) => ("member" in fault ? [fault.member] : []));
        expect(new Set(members).size).toBe(members.length);
        expect(members.length).toBeLessThan(settings.memberCount);
      }
    }
  });
});
