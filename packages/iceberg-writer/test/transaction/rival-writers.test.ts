import fc from "fast-check";
import { expect, it } from "vitest";

import type { Catalog, CommitOutcome } from "../../src/catalog/catalog.ts";
import { createHadoopCatalog } from "../../src/catalog/hadoop-catalog.ts";
import { createMemoryCatalog } from "../../src/catalog/memory-catalog.ts";
import { openSqlCatalog } from "../../src/catalog/sql/sql-catalog.ts";
import { openSqliteDatabase } from "../../src/catalog/sql/sqlite-database.ts";
import { IcebergError } from "../../src/iceberg-error.ts";
import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";
import { readManifestList } from "../../src/scan/manifest-list-reader.ts";
import { readManifest } from "../../src/scan/manifest-reader.ts";
import { appendToTable } from "../../src/transaction/append-to-table.ts";
import { expireSnapshots } from "../../src/transaction/expire-snapshots.ts";
import { dataFile, identifier, instantComponents, scriptCommits } from "./table-under-test.ts";
import type { CommitScript } from "./table-under-test.ts";

const fates = ["pass", "lose-request", "lose-answer", "land-late", "refuse", "land-twice"] as const;
type Fate = (typeof fates)[number];

/** Commits that wait in the network, to arrive when something else happens. */
class Network {
  readonly #late: (() => Promise<unknown>)[] = [];

  async deliver(): Promise<void> {
    // Whatever became of a late commit, nobody waits for its answer.
    for (const apply of this.#late.splice(0)) await apply().catch(() => undefined);
  }

  script(fate: Fate): CommitScript {
    const unknown: CommitOutcome = { kind: "unknown", cause: new Error(fate) };
    return async (apply) => {
      switch (fate) {
        case "pass":
          await this.deliver();
          return apply();
        case "lose-request":
          return unknown;
        case "lose-answer":
          await apply();
          return unknown;
        case "land-late":
          this.#late.push(apply);
          return unknown;
        case "land-twice":
          this.#late.push(apply);
          return apply();
        case "refuse":
          throw new IcebergError("CATALOG_UNAVAILABLE", "refused", { retryable: true });
        default:
          return fate satisfies never;
      }
    };
  }
}

const kinds = ["hadoop", "memory", "sql"] as const;
type Kind = (typeof kinds)[number];

async function openEmpty(kind: Kind): Promise<Catalog> {
  const parts = {
    warehouse: "memory://w",
    fileIo: createMemoryFileIo(),
    nowMs: Date.now,
    randomUuid: () => crypto.randomUUID(),
  };
  switch (kind) {
    case "hadoop":
      return createHadoopCatalog(parts);
    case "memory":
      return createMemoryCatalog(parts);
    case "sql":
      return openSqlCatalog({
        ...parts,
        catalogName: "rivals",
        database: await openSqliteDatabase(":memory:"),
      });
    default:
      return kind satisfies never;
  }
}

async function openRivals(kind: Kind): Promise<Catalog> {
  const catalog = await openEmpty(kind);
  await catalog.ensureNamespace(identifier.namespace);
  await catalog.createTable(identifier, {
    schema: { schemaId: 0, fields: [] },
    properties: {
      "commit.retry.num-retries": "2",
      "commit.manifest.min-count-to-merge": "3",
      "commit.status-check.num-retries": "0",
    },
  });
  return catalog;
}

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
            outcomes.set(
              file.filePath,
              await appendToTable({
                catalog: scriptCommits(
                  catalog,
                  script.map((fate) => network.script(fate)),
                ),
                table: await catalog.loadTable(identifier),
                request: { dataFiles: [file] },
                components,
              }).then(
                () => "committed",
                (error: unknown) => (error instanceof IcebergError ? error.code : String(error)),
              ),
            );
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
