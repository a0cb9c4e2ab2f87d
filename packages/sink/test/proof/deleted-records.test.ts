import { describe, expect, it } from "vitest";
import { deletedRecords } from "../../src/proof/deleted-records.ts";
import { snapshot, tableWith } from "../protocol/table-history.ts";

describe("deletedRecords", () => {
  const base = snapshot(1, undefined);

  it.each([
    ["a delete of whole files", { operation: "delete", "deleted-records": "7" }, 7],
    [
      "a delete by copy on write",
      { operation: "overwrite", "deleted-records": "10", "added-records": "8" },
      2,
    ],
    [
      "a delete by position deletes",
      { operation: "delete", "added-position-deletes": "3", "added-delete-files": "1" },
      3,
    ],
    [
      "an update by position deletes",
      { operation: "overwrite", "added-position-deletes": "3", "added-records": "3" },
      0,
    ],
    ["a compaction", { operation: "replace", "deleted-records": "10", "added-records": "10" }, 0],
    ["an append", { operation: "append", "added-records": "10" }, 0],
  ])("counts %s", (_, summary, expected) => {
    const table = tableWith([base, snapshot(2, 1, undefined, summary)], 2);
    expect(deletedRecords(table)).toBe(expected);
  });

  it("counts only what is in main's line", () => {
    const deleted = { operation: "delete", "deleted-records": "7" };
    const table = tableWith([base, snapshot(2, 1, undefined, deleted), snapshot(3, 1)], 3);
    expect(deletedRecords(table)).toBe(0);
  });
});
