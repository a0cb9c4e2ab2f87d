import type { Catalog, CommitOutcome } from "../../src/catalog/catalog.ts";
import { createHadoopCatalog } from "../../src/catalog/hadoop-catalog.ts";
import { createMemoryCatalog } from "../../src/catalog/memory-catalog.ts";
import { openSqlCatalog } from "../../src/catalog/sql/sql-catalog.ts";
import { openSqliteDatabase } from "../../src/catalog/sql/sqlite-database.ts";
import { IcebergError } from "../../src/iceberg-error.ts";
import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";
import { identifier, scriptCommits } from "./table-under-test.ts";
import type { CommitScript } from "./table-under-test.ts";

/** What may become of a commit. */
export const fates = [
  "pass",
  "lose-request",
  "lose-answer",
  "land-late",
  "refuse",
  "land-twice",
] as const;
/** One of {@link fates}. */
export type Fate = (typeof fates)[number];

/** Commits that wait in the network, to arrive when something else happens. */
export class Network {
  readonly #late: (() => Promise<unknown>)[] = [];

  /** What waits arrives. */
  async deliver(): Promise<void> {
    // Whatever became of a late commit, nobody waits for its answer.
    for (const apply of this.#late.splice(0)) await apply().catch(() => undefined);
  }

  /** The catalog with fates for its first commits. */
  over(catalog: Catalog, script: readonly Fate[]): Catalog {
    return scriptCommits(
      catalog,
      script.map((fate) => this.#script(fate)),
    );
  }

  #script(fate: Fate): CommitScript {
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

/** Catalogs that need no service. */
export const kinds = ["hadoop", "memory", "sql"] as const;
/** One of {@link kinds}. */
export type Kind = (typeof kinds)[number];

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

/** A catalog with an empty table, whose writers give up soon. */
export async function openRivals(kind: Kind): Promise<Catalog> {
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

/** How a commit ended: `committed`, or the code of its error. */
export function outcomeOf(commit: Promise<unknown>): Promise<string> {
  return commit.then(
    () => "committed",
    (error: unknown) => (error instanceof IcebergError ? error.code : String(error)),
  );
}
