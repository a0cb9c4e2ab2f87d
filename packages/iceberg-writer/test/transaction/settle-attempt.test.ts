import { describe, expect, it } from "vitest";

import type { CatalogTable } from "../../src/catalog/catalog.ts";
import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";
import { newTableMetadata } from "../../src/spec/new-table-metadata.ts";
import type { Snapshot } from "../../src/spec/snapshot.ts";
import { locateSnapshot } from "../../src/transaction/locate-snapshot.ts";
import { settleAttempt } from "../../src/transaction/settle-attempt.ts";
import { identifier } from "./table-under-test.ts";

const fileIo = createMemoryFileIo();

type Listed = readonly [id: bigint, parent?: bigint];

/** One more than the parent's, which is its id where it is expired. */
function sequenceNumberOf([, parent]: Listed, snapshots: readonly Listed[]): bigint {
  if (parent === undefined) return 1n;
  const listed = snapshots.find(([id]) => id === parent);
  return 1n + (listed === undefined ? parent : sequenceNumberOf(listed, snapshots));
}

/** Lists `id` or `id<parent`; some snapshots that came last may be expired. */
function tableWith(
  snapshots: readonly Listed[],
  head: bigint | undefined,
  version = 1,
  expiredCount = 0,
): CatalogTable {
  const empty = newTableMetadata(
    { schema: { schemaId: 0, fields: [] }, location: "memory://t" },
    { uuid: "uuid", nowMs: 0 },
  );
  const numbers = snapshots.map((listed) => sequenceNumberOf(listed, snapshots));
  const newest = numbers.reduce((max, number) => (number > max ? number : max), 0n);
  return {
    identifier,
    fileIo,
    metadataLocation: `memory://t/metadata/v${version}.metadata.json`,
    metadata: {
      ...empty,
      lastSequenceNumber: newest + BigInt(expiredCount),
      snapshots: snapshots.map(([snapshotId, parent], index): Snapshot => ({
        snapshotId,
        ...(parent === undefined ? {} : { parentSnapshotId: parent }),
        sequenceNumber: numbers[index]!,
        timestampMs: 0,
        manifestList: `list-${snapshotId}`,
        summary: {},
      })),
      ...(head === undefined
        ? {}
        : { currentSnapshotId: head, refs: { main: { snapshotId: head, type: "branch" } } }),
    },
  };
}

const id = 50n;
const base = tableWith([[1n], [2n, 1n]], 2n);
const first = tableWith([], undefined);

describe("settleAttempt under a catalog that compares requirements", () => {
  it.each([
    ["is the head", base, tableWith([[1n], [2n, 1n], [id, 2n]], id, 2), "committed"],
    [
      "is an ancestor",
      base,
      tableWith(
        [
          [2n, 1n],
          [id, 2n],
          [3n, id],
        ],
        3n,
        3,
      ),
      "committed",
    ],
    [
      "was rolled back",
      base,
      tableWith(
        [
          [2n, 1n],
          [id, 2n],
        ],
        2n,
        3,
      ),
      "burnt",
    ],
    [
      "has a rival on its parent",
      base,
      tableWith(
        [
          [2n, 1n],
          [3n, 2n],
        ],
        3n,
        2,
      ),
      "failed",
    ],
    ["finds main where it was", base, tableWith([[1n], [2n, 1n]], 2n), "pending"],
    [
      "finds main where it was again, and what came since expired",
      base,
      tableWith([[1n], [2n, 1n]], 2n, 4, 1),
      "undecided",
    ],
    [
      "has another on its parent, and what came before that one was undone and expired",
      base,
      tableWith(
        [
          [2n, 1n],
          [3n, 2n],
        ],
        3n,
        5,
        1,
      ),
      "undecided",
    ],
    ["finds main where it was, properties changed", base, tableWith([[2n, 1n]], 2n, 2), "pending"],
    ["finds its parent expired", base, tableWith([[9n, 8n]], 9n, 9), "undecided"],
    [
      "finds main rolled back past its parent",
      base,
      tableWith([[1n], [2n, 1n]], 1n, 2),
      "undecided",
    ],
    ["finds main gone", base, tableWith([[1n], [2n, 1n]], undefined, 2), "undecided"],
    ["was the first, main still absent", first, first, "pending"],
    ["was the first, another came", first, tableWith([[3n]], 3n, 2), "failed"],
    ["was the first, history expired", first, tableWith([[3n, 2n]], 3n, 9), "undecided"],
  ] as const)("an attempt that %s", (_, asserted, current, state) => {
    const attempt = { snapshotId: id, base: asserted };
    expect(settleAttempt("requirements", attempt, current)).toBe(state);
  });
});

describe("settleAttempt under a catalog that compares versions", () => {
  it.each([
    ["finds its version still the newest", tableWith([[1n], [2n, 1n]], 2n), "pending"],
    ["finds its version followed by another", tableWith([[1n], [2n, 1n]], 2n, 2), "failed"],
    [
      "is in the next version",
      tableWith(
        [
          [2n, 1n],
          [id, 2n],
        ],
        id,
        2,
      ),
      "committed",
    ],
    ["finds history expired", tableWith([[9n, 8n]], 9n, 9), "undecided"],
    ["finds what came since expired", tableWith([[1n], [2n, 1n]], 2n, 4, 1), "undecided"],
  ] as const)("an attempt that %s", (_, current, state) => {
    expect(settleAttempt("version", { snapshotId: id, base }, current)).toBe(state);
  });
});

it("settles nothing on another table of the same name", () => {
  const other = { ...base, metadata: { ...base.metadata, tableUuid: "other" } };
  expect(settleAttempt("requirements", { snapshotId: id, base }, other)).toBe("undecided");
});

it("locates a snapshot in main, elsewhere or nowhere", () => {
  const { metadata } = tableWith([[1n], [2n, 1n], [7n, 1n]], 2n);
  expect(locateSnapshot(metadata, 1n)).toBe("in-main");
  expect(locateSnapshot(metadata, 7n)).toBe("elsewhere");
  expect(locateSnapshot(metadata, 8n)).toBe("absent");
});
