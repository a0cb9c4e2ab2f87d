import fc from "fast-check";
import { expect, it } from "vitest";

import type { Catalog } from "../../src/catalog/catalog.ts";
import { readManifestList } from "../../src/scan/manifest-list-reader.ts";
import { readManifest } from "../../src/scan/manifest-reader.ts";
import { appendToTable } from "../../src/transaction/append-to-table.ts";
import { expireSnapshots } from "../../src/transaction/expire-snapshots.ts";
import { fates, kinds, Network, openRivals, outcomeOf } from "./rival-network.ts";
import { dataFile, identifier, instantComponents } from "./table-under-test.ts";

/** How often each file is live in the current snapshot; every manifest of it must be readable. */
async function liveFiles(catalog: Catalog): Promise<Map<string, number>> {
  const { metadata, fileIo } = await catalog.loadTable(identifier);
  const counts = new Map<string, number>();
  for (const snapshot of metadata.snapshots) {
    const isCurrent = snapshot.snapshotId === metadata.currentSnapshotId;
    for (const manifest of await readManifestList(fileIo, snapshot.manifestList)) {
      for (const { dataFile: file } of await readManifest(fileIo, manifest)) {
        const count = counts.get(file.filePath) ?? 0;
        counts.set(file.filePath, count + (isCurrent ? 1 : 0));
      }
    }
  }
  return counts;
}

/** How often a file may be in the table after its append ended so. */
const allowedCounts: Readonly<Record<string, readonly number[]>> = {
  committed: [1],
  COMMIT_RETRIES_EXHAUSTED: [0],
  COMMIT_STATE_UNKNOWN: [0, 1],
};

const writer = fc.array(fc.array(fc.constantFrom(...fates), { maxLength: 8 }), {
  minLength: 1,
  maxLength: 4,
});

it.each(kinds)("rivals over a bad network lose and repeat nothing (%s)", async (kind) => {
  await fc.assert(
    fc.asyncProperty(fc.array(writer, { minLength: 1, maxLength: 3 }), async (writers) => {
      const catalog = await openRivals(kind);
      const network = new Network();
      const outcomes = new Map<string, string>();
      await Promise.all(
        writers.map(async (appends, number) => {
          for (const [index, script] of appends.entries()) {
            const file = dataFile(`w${number}-${index}`);
            const components = instantComponents();
            const append = appendToTable({
              catalog: network.over(catalog, script),
              table: await catalog.loadTable(identifier),
              request: { dataFiles: [file] },
              components,
            });
            outcomes.set(file.filePath, await outcomeOf(append));
          }
        }),
      );
      await network.deliver();
      await expireSnapshots({
        catalog,
        table: await catalog.loadTable(identifier),
        retention: { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 2 },
        components: { nowMs: () => Date.now() + 1000 },
      });
      const live = await liveFiles(catalog);
      for (const [path, outcome] of outcomes) {
        const count = live.get(path) ?? 0;
        const isAllowed = allowedCounts[outcome]?.includes(count) ?? false;
        expect({ path, outcome, count, isAllowed }).toMatchObject({ isAllowed: true });
      }
    }),
    { numRuns: 100 },
  );
});
