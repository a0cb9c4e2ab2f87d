import { describe, expect, it } from "vitest";
import { decidingSnapshots } from "../../src/protocol/deciding-snapshots.ts";
import { snapshot, tableWith } from "../protocol/table-history.ts";

describe("decidingSnapshots", () => {
  const whole = [snapshot(1, undefined), snapshot(2, 1), snapshot(3, 1)];
  const cut = [snapshot(5, 4), snapshot(6, 5), snapshot(7, 5)];
  const kept = [snapshot(3, 2), ...cut];

  it.each([
    ["in main's line", whole, 3, 1n, true],
    ["the head of main", whole, 3, 3n, true],
    ["rolled back", whole, 3, 2n, false],
    ["unknown, and the line is whole", whole, 3, 9n, false],
    ["unknown, and history is cut", cut, 7, 2n, true],
    ["rolled back, and history is cut", cut, 7, 6n, false],
    ["kept by another ref from before history is cut", kept, 7, 3n, true],
  ])("judges a snapshot that is %s", (_, snapshots, main, id, counts) => {
    expect(decidingSnapshots(tableWith(snapshots, main))(id)).toBe(counts);
  });

  it("counts nothing where there is no main", () => {
    expect(decidingSnapshots(tableWith([], undefined))(1n)).toBe(false);
  });
});
