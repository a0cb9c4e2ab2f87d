import { expect, it } from "vitest";
import { SimWorld } from "./sim-world.ts";

it("lets no time pass before all that a timer had go on has come to its end", async () => {
  const world = new SimWorld(1);
  const seen: string[] = [];
  for (let timer = 0; timer < 200; timer++) {
    world.startTimer(() => {
      void awaitOften(timer).then(() => seen.push(`${timer} at ${world.nowMs()}`));
    }, timer);
  }
  expect(await world.runUntil(() => false, 1_000)).toBe(false);
  expect(seen).toEqual(Array.from({ length: 200 }, (_, timer) => `${timer} at ${timer}`));
});

async function awaitOften(times: number): Promise<void> {
  for (let time = 0; time < times; time++) await Promise.resolve();
}
