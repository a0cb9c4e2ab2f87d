import type { ManifestFile } from "../spec/manifest-file.ts";
import { manifestTargetSizeBytes } from "../writer/manifest-writer.ts";
import { integerProperty } from "./integer-property.ts";

/** When small manifests become one, from a table's properties. */
export interface MergePolicy {
  readonly isEnabled: boolean;
  readonly targetSizeBytes: number;
  /** Fewer manifests than this are left alone, where the newest is among them. */
  readonly minCountToMerge: number;
}

/** `commit.manifest-merge.enabled`, `commit.manifest.target-size-bytes`, `….min-count-to-merge`. */
export function mergePolicyOf(properties: Readonly<Record<string, string>>): MergePolicy {
  return {
    isEnabled: (properties["commit.manifest-merge.enabled"] ?? "true").toLowerCase() === "true",
    targetSizeBytes: manifestTargetSizeBytes(properties),
    minCountToMerge: integerProperty(properties, "commit.manifest.min-count-to-merge", 100),
  };
}

/**
 * Groups data manifests, the newest first, into those that become one manifest each; a group of
 * one stays as it is. Only manifests of one partition spec come together, the latest spec first,
 * and their order is kept.
 *
 * Manifests are packed from the oldest on, so that the group which is not full is that of the
 * newest; it grows until it has enough manifests to be worth the writing.
 */
export function planManifestMerge(
  manifests: readonly ManifestFile[],
  policy: MergePolicy,
): readonly (readonly ManifestFile[])[] {
  const newest = manifests[0];
  if (!policy.isEnabled || newest === undefined) return manifests.map((manifest) => [manifest]);
  const bySpec = Map.groupBy(manifests, (manifest) => manifest.partitionSpecId);
  const specIds = [...bySpec.keys()].sort((a, b) => b - a);
  return specIds
    .flatMap((specId) => packFromEnd(bySpec.get(specId) ?? [], policy.targetSizeBytes))
    .flatMap((group) =>
      group.includes(newest) && group.length < policy.minCountToMerge
        ? group.map((manifest) => [manifest])
        : [group],
    );
}

/**
 * Fills one bin after the other from the last manifest backwards; bins and contents keep their
 * order.
 */
function packFromEnd(
  manifests: readonly ManifestFile[],
  targetSizeBytes: number,
): readonly (readonly ManifestFile[])[] {
  const bins: ManifestFile[][] = [];
  let binBytes = 0;
  for (const manifest of manifests.toReversed()) {
    const bin = bins[0];
    if (bin !== undefined && binBytes + manifest.manifestLength <= targetSizeBytes) {
      bin.unshift(manifest);
      binBytes += manifest.manifestLength;
    } else {
      bins.unshift([manifest]);
      binBytes = manifest.manifestLength;
    }
  }
  return bins;
}
