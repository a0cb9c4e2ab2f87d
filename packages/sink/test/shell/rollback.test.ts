import { rowAt } from "@salon/columns";
import { openCatalog, scanTable } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import { describe, expect, it } from "vitest";
import { verifyTable } from "../../src/proof/verify-table.ts";
import { runSink } from "../../src/shell/run-sink.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";

const table = { namespace: [], name: "bronze" };
const deadLetters = { namespace: [], name: "bronze_dead_letters" };

function ratings(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    isDead(from + index) ? "no json" : `{"customer_id":${from + index}}`,
  );
}

async function drain(
  catalog: Catalog,
  topic: MemoryTopic,
  onRollback?: "fail" | "accept",
  place: { readonly name?: string; readonly deadLetterTable?: string } = {},
): Promise<void> {
  const { name = table.name, deadLetterTable } = place;
  await using source = new MemorySource(topic, [0]);
  await runSink(
    {
      topic: topic.name,
      table: { ...table, name },
      deadLetterTable,
      assign: [0],
      startingOffsets: "earliest",
      trigger: "available-now",
      onRollback,
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

async function offsetsOf(catalog: Catalog, identifier = table): Promise<number[]> {
  const offsets: number[] = [];
  for await (const { batch } of scanTable({ table: await catalog.loadTable(identifier) })) {
    for (let row = 0; row < batch.rowCount; row++) {
      offsets.push(Number(rowAt(batch, row)["_kafka_offset"]));
    }
  }
  return offsets.toSorted((left, right) => left - right);
}

/** As any engine's rollback: `main` at another snapshot, or at none, and nothing else. */
async function rollBackTo(catalog: Catalog, snapshotId: bigint | undefined): Promise<void> {
  const loaded = await catalog.loadTable(table);
  const outcome = await catalog.commitTable(loaded, {
    requirements: [],
    updates: [
      snapshotId === undefined
        ? { action: "remove-snapshot-ref", refName: "main" }
        : { action: "set-snapshot-ref", refName: "main", ref: { type: "branch", snapshotId } },
    ],
  });
  expect(outcome.kind).toBe("committed");
}

async function currentSnapshotId(catalog: Catalog): Promise<bigint | undefined> {
  return (await catalog.loadTable(table)).metadata.currentSnapshotId;
}

/** The catalog of a process that is gone as soon as it has committed to this table. */
function mortal(catalog: Catalog, name: string): Catalog {
  let isGone = false;
  const whileAlive = <T>(call: () => Promise<T>): Promise<T> =>
    isGone ? Promise.reject(new Error("gone")) : call();
  return {
    kind: catalog.kind,
    commitGuard: catalog.commitGuard,
    loadTable: (...args) => whileAlive(() => catalog.loadTable(...args)),
    tableExists: (...args) => whileAlive(() => catalog.tableExists(...args)),
    createTable: (...args) => whileAlive(() => catalog.createTable(...args)),
    commitTable: (...args) =>
      whileAlive(async () => {
        const outcome = await catalog.commitTable(...args);
        isGone = args[0].identifier.name === name;
        return outcome;
      }),
    dropTable: (...args) => whileAlive(() => catalog.dropTable(...args)),
    listTables: (...args) => catalog.listTables(...args),
    ensureNamespace: (...args) => whileAlive(() => catalog.ensureNamespace(...args)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Every fourth record is no rating. */
function isDead(offset: number): boolean {
  return offset % 4 === 0;
}

/** Every offset once, in the table or its dead letters, and by value. */
async function expectWhole(catalog: Catalog, topic: MemoryTopic): Promise<void> {
  const end = topic.range(0).endOffset;
  const all = Array.from({ length: end }, (_, offset) => offset);
  expect(await offsetsOf(catalog)).toEqual(all.filter((offset) => !isDead(offset)));
  expect(await offsetsOf(catalog, deadLetters)).toEqual(all.filter(isDead));
  const proof = await verifyTable({
    catalog,
    identifier: table,
    openTopic: (_, partitions) => Promise.resolve(new MemorySource(topic, partitions, 200)),
    values: { events: ratingsSchema, timeZone: "UTC" },
  });
  expect(proof).toMatchObject({ isProved: true });
}

/** A table with two runs' records, and the snapshot that the first run left. */
async function twoRuns(catalog: Catalog, topic: MemoryTopic): Promise<bigint | undefined> {
  topic.append(0, ...ratings(0, 10));
  await drain(catalog, topic);
  const before = await currentSnapshotId(catalog);
  topic.append(0, ...ratings(10, 10));
  await drain(catalog, topic);
  return before;
}

describe("a table that was rolled back", () => {
  it("ends the sink unless that is accepted, which reads again what was undone", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    await rollBackTo(catalog, await twoRuns(catalog, topic));
    await expect(drain(catalog, topic)).rejects.toMatchObject({
      code: "TABLE_ROLLED_BACK",
      message: expect.stringContaining("--on-rollback accept"),
    });
    topic.append(0, ...ratings(20, 5));
    await drain(catalog, topic, "accept");
    await expectWhole(catalog, topic);
    // It is over: whoever comes next needs no flag.
    topic.append(0, ...ratings(25, 5));
    await drain(catalog, topic);
    await expectWhole(catalog, topic);
  });

  it("to before its first position is read from its first offset again", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    await twoRuns(catalog, topic);
    await rollBackTo(catalog, undefined);
    await expect(drain(catalog, topic)).rejects.toMatchObject({ code: "TABLE_REPLACED" });
    await drain(catalog, topic, "accept");
    await expectWhole(catalog, topic);
  });

  it("leaves the dead letters of another table that are beside its own", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topics = [new MemoryTopic(1), new MemoryTopic(1, "visits")];
    const places = ["bronze", "silver"].map((name) => ({ name, deadLetterTable: "letters" }));
    const drainBoth = async (from: number): Promise<void> => {
      for (const [index, topic] of topics.entries()) {
        topic.append(0, ...ratings(from, 10));
        await drain(catalog, topic, "fail", places[index]);
      }
    };
    await drainBoth(0);
    const before = await currentSnapshotId(catalog);
    await drainBoth(10);
    await rollBackTo(catalog, before);
    const [topic] = topics;
    if (topic !== undefined) await drain(catalog, topic, "accept", places[0]);
    // Each of them once for each table.
    const dead = [0, 4, 8, 12, 16].flatMap((offset) => [offset, offset]);
    expect(await offsetsOf(catalog, { namespace: [], name: "letters" })).toEqual(dead);
  });

  it("a second time, and behind what was accepted", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    const before = await twoRuns(catalog, topic);
    await rollBackTo(catalog, before);
    await drain(catalog, topic, "accept");
    await rollBackTo(catalog, before);
    await drain(catalog, topic, "accept");
    expect(await currentSnapshotId(catalog)).not.toBe(before);
    await expectWhole(catalog, topic);
  });

  it("is not gone on with where rows beyond what is left are there", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    const before = await twoRuns(catalog, topic);
    const newest = await catalog.loadTable(table);
    const { snapshots, currentSnapshotId: undone } = newest.metadata;
    const taken = snapshots.find(({ snapshotId }) => snapshotId === undone);
    if (taken === undefined) throw new Error("no snapshot");
    await rollBackTo(catalog, before);
    // Somebody's own snapshot brings the files back, without their position.
    const loaded = await catalog.loadTable(table);
    const snapshotId = 4711n;
    const sequenceNumber = loaded.metadata.lastSequenceNumber + 1n;
    const again = {
      ...taken,
      snapshotId,
      sequenceNumber,
      ...(before !== undefined && { parentSnapshotId: before }),
    };
    await catalog.commitTable(loaded, {
      requirements: [],
      updates: [
        { action: "add-snapshot", snapshot: { ...again, summary: { operation: "append" } } },
        { action: "set-snapshot-ref", refName: "main", ref: { type: "branch", snapshotId } },
      ],
    });
    await expect(drain(catalog, topic, "accept")).rejects.toMatchObject({
      code: "TABLE_ROLLED_BACK",
      message: expect.stringContaining("recover-position"),
    });
  });

  it.each(["restore", "remove"] as const)(
    "is gone on with where the process died at the %s",
    async (death) => {
      await using catalog = await openCatalog({ type: "memory" });
      const topic = new MemoryTopic(1);
      await rollBackTo(catalog, await twoRuns(catalog, topic));
      const dying = mortal(catalog, death === "remove" ? deadLetters.name : table.name);
      await expect(drain(dying, topic, "accept")).rejects.toThrow("gone");
      await drain(catalog, topic);
      await expectWhole(catalog, topic);
    },
  );
});
