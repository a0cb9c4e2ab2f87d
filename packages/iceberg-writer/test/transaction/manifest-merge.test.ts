import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { ManifestFile } from "../../src/spec/manifest-file.ts";
import { mergePolicyOf, planManifestMerge } from "../../src/transaction/manifest-merge.ts";

function manifest(manifestPath: string, manifestLength: number, partitionSpecId = 0): ManifestFile {
  return {
    manifestPath,
    manifestLength,
    partitionSpecId,
    content: "data",
    addedFilesCount: 1,
    existingFilesCount: 0,
    deletedFilesCount: 0,
    addedRowsCount: 1,
    existingRowsCount: 0,
    deletedRowsCount: 0,
  };
}

const plan = (lengths: readonly number[], minCountToMerge: number): number[][] =>
  planManifestMerge(
    lengths.map((length, index) => manifest(`m${index}`, length)),
    { isEnabled: true, targetSizeBytes: 10, minCountToMerge },
  ).map((group) => group.map((member) => member.manifestLength));

describe("planManifestMerge", () => {
  it("has Iceberg's defaults", () => {
    expect(mergePolicyOf({})).toEqual({
      isEnabled: true,
      targetSizeBytes: 8_388_608,
      minCountToMerge: 100,
    });
  });

  it("leaves the newest alone until there are enough of them", () => {
    expect(plan([3, 3, 3], 4)).toEqual([[3], [3], [3]]);
    expect(plan([3, 3, 3], 3)).toEqual([[3, 3, 3]]);
  });

  it("packs from the oldest, so that the newest group is the one that grows", () => {
    expect(plan([4, 4, 4, 4], 1)).toEqual([
      [4, 4],
      [4, 4],
    ]);
    expect(plan([4, 4, 4, 4, 4], 1)).toEqual([[4], [4, 4], [4, 4]]);
    // The older groups are merged whatever their number; only that of the newest waits.
    expect(plan([4, 4, 4, 4, 4, 4], 3)).toEqual([[4], [4], [4, 4], [4, 4]]);
  });

  it("keeps a manifest that is larger than the target alone", () => {
    expect(plan([2, 30, 2, 2], 1)).toEqual([[2], [30], [2, 2]]);
  });

  it("keeps specs apart, the latest first", () => {
    const manifests = [manifest("a", 1, 0), manifest("b", 1, 1), manifest("c", 1, 0)];
    const groups = planManifestMerge(manifests, {
      isEnabled: true,
      targetSizeBytes: 10,
      minCountToMerge: 1,
    });
    expect(groups.map((group) => group.map((member) => member.manifestPath))).toEqual([
      ["b"],
      ["a", "c"],
    ]);
  });

  it("loses, repeats and reorders nothing", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ length: fc.integer({ min: 1, max: 12 }), spec: fc.nat(2) })),
        fc.integer({ min: 1, max: 5 }),
        (described, minCountToMerge) => {
          const manifests = described.map(({ length, spec }, index) =>
            manifest(`m${index}`, length, spec),
          );
          const policy = { isEnabled: true, targetSizeBytes: 10, minCountToMerge };
          const groups = planManifestMerge(manifests, policy);
          const expected = [2, 1, 0].flatMap((spec) =>
            manifests.filter((member) => member.partitionSpecId === spec),
          );
          expect(groups.flat()).toEqual(expected);
          for (const group of groups.filter((members) => members.length > 1)) {
            const bytes = group.reduce((sum, member) => sum + member.manifestLength, 0);
            expect(bytes).toBeLessThanOrEqual(policy.targetSizeBytes);
          }
        },
      ),
    );
  });
});
