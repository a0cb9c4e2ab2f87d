import type {
  Catalog,
  CatalogTable,
  CommitOutcome,
  CreateTableRequest,
  TableCommit,
  TableIdentifier,
} from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import { describe, expect, it } from "vitest";
import { verifyTable } from "../../src/proof/verify-table.ts";
import { runSink } from "../../src/shell/run-sink.ts";
import type { SinkSummary } from "../../src/shell/run-sink.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";

/** A catalog of the kind, and a namespace in which no table is. */
export interface SharedPlace {
  readonly catalog: Catalog;
  readonly namespace: readonly string[];
}

/** What several callers of a catalog do to the table of dead letters at the very same time. */
type Meeting = "createTable" | "commitTable";

/** Holds the first calls of a kind on one table until all of them are there. */
class MeetingCatalog implements Catalog {
  readonly kind: Catalog["kind"];
  readonly commitGuard: Catalog["commitGuard"];
  readonly #catalog: Catalog;
  readonly #meeting: Meeting;
  readonly #allThere = Promise.withResolvers<void>();
  #awaited: number;

  constructor(catalog: Catalog, meeting: Meeting, parties: number) {
    this.kind = catalog.kind;
    this.commitGuard = catalog.commitGuard;
    this.#catalog = catalog;
    this.#meeting = meeting;
    this.#awaited = parties;
  }

  async createTable(table: TableIdentifier, request: CreateTableRequest): Promise<CatalogTable> {
    await this.#meet("createTable", table);
    return this.#catalog.createTable(table, request);
  }

  async commitTable(table: CatalogTable, commit: TableCommit): Promise<CommitOutcome> {
    await this.#meet("commitTable", table.identifier);
    return this.#catalog.commitTable(table, commit);
  }

  loadTable: Catalog["loadTable"] = (table) => this.#catalog.loadTable(table);
  tableExists: Catalog["tableExists"] = (table) => this.#catalog.tableExists(table);
  dropTable: Catalog["dropTable"] = (table) => this.#catalog.dropTable(table);
  listTables: Catalog["listTables"] = (namespace) => this.#catalog.listTables(namespace);
  ensureNamespace: Catalog["ensureNamespace"] = (name) => this.#catalog.ensureNamespace(name);

  async [Symbol.asyncDispose](): Promise<void> {}

  async #meet(call: Meeting, { name }: TableIdentifier): Promise<void> {
    if (call !== this.#meeting || name !== "rejects") return;
    this.#awaited -= 1;
    if (this.#awaited === 0) this.#allThere.resolve();
    await this.#allThere.promise;
  }
}

async function drain(
  { catalog, namespace }: SharedPlace,
  name: string,
  topic: MemoryTopic,
): Promise<SinkSummary> {
  await using source = new MemorySource(topic, [0]);
  return await runSink(
    {
      topic: topic.name,
      table: { namespace, name },
      assign: [0],
      startingOffsets: "earliest",
      trigger: "available-now",
      deadLetterTable: "rejects",
    },
    {
      catalog,
      source,
      events: ratingsSchema,
      logger: { debug() {}, info() {}, warn() {} },
      signal: new AbortController().signal,
    },
  );
}

/** Two tables of one topic that are started for the first time at the same moment. */
export function describeSharedDeadLetters(
  name: string,
  open: () => Promise<SharedPlace & AsyncDisposable>,
): void {
  describe(`one dead-letter table for two new tables of a topic, in a ${name} catalog`, () => {
    it.each<[string, Meeting]>([
      ["made by one of them", "createTable"],
      ["that a table of another topic has", "commitTable"],
    ])("%s, is refused to one", async (_, meeting) => {
      await using place = await open();
      const { namespace } = place;
      if (meeting === "commitTable") {
        const visits = new MemoryTopic(1, "visits");
        visits.append(0, "no json");
        await drain(place, "visits", visits);
      }
      const topic = new MemoryTopic(1);
      topic.append(0, "no json", '{"customer_id":1}', "no json either");
      const together = { catalog: new MeetingCatalog(place.catalog, meeting, 2), namespace };
      const names = ["bronze", "silver"] as const;
      const ends = await Promise.allSettled(names.map((main) => drain(together, main, topic)));

      const refused = ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
      expect(refused).toMatchObject([{ code: "DEAD_LETTERS_SHARED" }]);
      expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const isFirst = ends[0]?.status === "fulfilled";
      const [winner, loser] = isFirst ? names : names.toReversed();
      if (winner === undefined || loser === undefined) throw new Error("nobody won");
      // Nothing was decided for it: dropping it is a way on.
      const { metadata } = await place.catalog.loadTable({ namespace, name: loser });
      expect(metadata.snapshots).toEqual([]);
      const { catalog } = place;
      const proof = await verifyTable({ catalog, identifier: { namespace, name: winner } });
      expect(proof).toMatchObject({
        isProved: true,
        sources: [{ partitions: [{ found: { rows: 1, dead: 2 } }] }],
      });
      await expect(drain(place, loser, topic)).rejects.toMatchObject({
        code: "DEAD_LETTERS_SHARED",
      });
      expect(await drain(place, winner, topic)).toMatchObject({ rows: 0, dead: 0 });
    });
  });
}
