import { describe, expect, it } from "vitest";
import { createMemoryFileIo, openCatalog } from "../packages/iceberg-writer/src/index.ts";
import { runCommitSeries } from "./commit-series.ts";
import type { FileUse } from "./counting-file-io.ts";
import { CountingFileIo } from "./counting-file-io.ts";

/** So slow that the newest hundred snapshots are all that is kept, however many there were. */
const CADENCE_MS = 120_000;
/** As many commits as there are between two merges of manifests, and twice as between expiries. */
const PERIOD = 100;

/** What the store was asked for by each commit of a series, from the first on. */
async function storeUse(commitCount: number): Promise<readonly FileUse[]> {
  const fileIo = new CountingFileIo(createMemoryFileIo());
  const uses: FileUse[] = [];
  await runCommitSeries({
    commitCount,
    cadenceMs: CADENCE_MS,
    openCatalog: () => openCatalog({ type: "hadoop", warehouse: "memory://warehouse" }, { fileIo }),
    onCommit: () => void uses.push(fileIo.take()),
  });
  return uses;
}

function operationsOf(uses: readonly FileUse[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { operations } of uses) {
    for (const [name, count] of operations) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

function bytesOf(uses: readonly FileUse[]): number {
  return uses.reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten, 0);
}

describe("a table of many commits", () => {
  it("costs as many operations and as many bytes at the 1,000th commit as at the 200th", async () => {
    const uses = await storeUse(1_000);
    const early = uses.slice(200, 200 + PERIOD);
    const late = uses.slice(-PERIOD);
    expect(operationsOf(late)).toEqual(operationsOf(early));
    // Manifests that were merged name every file of the table, so the merge grows, and only that.
    expect(bytesOf(late)).toBeLessThan(1.1 * bytesOf(early));
  }, 120_000);
});
