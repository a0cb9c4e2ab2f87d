import { describe, expect, it } from "vitest";
import { readWatermarks, watermarkKey } from "../../src/protocol/dead-letter-watermark.ts";
import { snapshot, tableWith } from "./table-history.ts";

const KEY = watermarkKey("0a1b2c3d-0000-4000-8000-000000000002", "ratings");

describe("watermarks of a dead-letter table", () => {
  it("are those of main's line, whatever the properties say", () => {
    const snapshots = [snapshot(1, undefined, undefined, { [KEY]: "7" }), snapshot(2, 1)];
    const table = tableWith(snapshots, 2, { [KEY]: "9" });
    expect(readWatermarks(table)).toEqual(new Map([[KEY, 7]]));
  });

  it("are those of the properties where history is cut", () => {
    const table = tableWith([snapshot(3, 2)], 3, { [KEY]: "7" });
    expect(readWatermarks(table)).toEqual(new Map([[KEY, 7]]));
  });

  it.each(["", "seven", "-1", "7.5", "1e3", "99999999999999999999"])(
    "are unknown where history is cut and the property was edited to %j",
    (text) => {
      expect(readWatermarks(tableWith([snapshot(3, 2)], 3, { [KEY]: text }))).toBeUndefined();
    },
  );

  it("are none where there is no history", () => {
    expect(readWatermarks(tableWith([], undefined))).toEqual(new Map());
  });
});
