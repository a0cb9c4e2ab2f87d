import type { OperationOptions } from "../io/file-io.ts";
import { locationKey } from "../io/location.ts";
import type { ManifestFile } from "../spec/manifest-file.ts";
import type { Snapshot } from "../spec/snapshot.ts";
import type { ManifestStore } from "./manifest-store.ts";

/** Locations of files that no snapshot leads to. */
export interface UnreachableFiles {
  readonly manifestLists: readonly string[];
  readonly manifests: readonly string[];
  /** Empty where they were not asked for. */
  readonly dataFiles: readonly string[];
}

/** Snapshots that are gone from a table, and all that it still has. */
export interface UnreachableFilesOptions {
  readonly gone: readonly Snapshot[];
  readonly kept: readonly Snapshot[];
  readonly withDataFiles: boolean;
}

/**
 * Finds what belonged to snapshots that are gone and to none that is kept. Writers spell the same
 * file differently (`file:/x`, `s3a://…`), so locations are compared by {@link locationKey}.
 */
export async function findUnreachableFiles(
  store: ManifestStore,
  { gone, kept, withDataFiles }: UnreachableFilesOptions,
  options: OperationOptions = {},
): Promise<UnreachableFiles> {
  const keptLists = new Map(
    kept.map(({ manifestList }) => [locationKey(manifestList), manifestList]),
  );
  const manifestLists = gone
    .map((snapshot) => snapshot.manifestList)
    .filter((location) => !keptLists.has(locationKey(location)));
  const candidates = await store.readLists(manifestLists, options);
  const reachable = await store.readLists([...keptLists.values()], options);
  const unreachable = [...candidates]
    .filter(([key]) => !reachable.has(key))
    .map(([, manifest]) => manifest);
  return {
    manifestLists,
    manifests: unreachable.map((manifest) => manifest.manifestPath),
    dataFiles: withDataFiles
      ? await unreachableDataFiles(store, unreachable, [...reachable.values()], options)
      : [],
  };
}

async function unreachableDataFiles(
  store: ManifestStore,
  unreachable: readonly ManifestFile[],
  reachable: readonly ManifestFile[],
  options: OperationOptions,
): Promise<readonly string[]> {
  const candidates = new Map<string, string>();
  for (const manifest of unreachable) {
    for (const { dataFile } of await store.readEntries(manifest, options)) {
      candidates.set(locationKey(dataFile.filePath), dataFile.filePath);
    }
  }
  // A file that is only deleted in a kept manifest was deleted by a snapshot that is kept: that
  // snapshot does not show it, and those before it that did are gone.
  for (const manifest of candidates.size === 0 ? [] : reachable) {
    for (const { status, dataFile } of await store.readEntries(manifest, options)) {
      if (status !== "deleted") candidates.delete(locationKey(dataFile.filePath));
    }
  }
  return [...candidates.values()];
}
