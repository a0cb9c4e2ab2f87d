import { openCatalog } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { describe, expect, it } from "vitest";
import { recoverPosition } from "../../src/proof/recover-position.ts";
import { verifyTable } from "../../src/proof/verify-table.ts";
import { deadLetters, drainRatings, table } from "./drain-ratings.ts";
import { copyKey, countRows, loseSnapshots } from "./lose-snapshots.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";
import { scriptCatalog } from "./scripted-catalog.ts";

const row = '{"customer_id":1}';

/** The catalog of a member to which something happens around its first commit of dead letters. */
function around(
  catalog: Catalog,
  happens: { readonly before: () => Promise<void>; readonly after?: () => void },
): Catalog {
  let isFirst = true;
  return scriptCatalog(catalog, {
    commitTable: async (...args) => {
      if (args[0].identifier.name !== deadLetters.name || !isFirst) {
        return catalog.commitTable(...args);
      }
      isFirst = false;
      await happens.before();
      const outcome = await catalog.commitTable(...args);
      happens.after?.();
      return outcome;
    },
  });
}

/** A member that stands still where it is about to put dead letters into their table. */
async function standStill(
  catalog: Catalog,
  topic: MemoryTopic,
): Promise<{ readonly goOn: () => Promise<void> }> {
  const [reached, released, done] = [
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
  ];
  const before = (): Promise<void> => {
    reached.resolve();
    return released.promise;
  };
  // Whatever it comes to: it may find that its records are decided anew, and wait for more.
  void drainRatings(around(catalog, { before, after: () => done.resolve() }), topic).catch(
    done.reject,
  );
  await reached.promise;
  return {
    goOn: () => {
      released.resolve();
      return done.promise;
    },
  };
}

/** What is in the tables, and whether it is proved. */
async function contentOf(
  catalog: Catalog,
): Promise<{ readonly rows: number; readonly dead: number; readonly isProved: boolean }> {
  const { isProved } = await verifyTable({ catalog, identifier: table });
  return {
    rows: await countRows(catalog, table),
    dead: await countRows(catalog, deadLetters),
    isProved,
  };
}

describe("dead letters that a member has waiting where the position is lost", () => {
  it("do not come late where nothing was left, and the source is begun anew", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, "no json");
    const { goOn } = await standStill(catalog, topic);
    await loseSnapshots(catalog, undefined);
    await drainRatings(around(catalog, { before: goOn }), topic);
    expect(await contentOf(catalog)).toEqual({ rows: 0, dead: 1, isProved: true });
  });

  it("do not come late where an older copy is gone on from", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, row);
    await drainRatings(catalog, topic);
    const older = (await catalog.loadTable(table)).metadata.properties[copyKey];
    topic.append(0, "no json");
    const { goOn } = await standStill(catalog, topic);
    await loseSnapshots(catalog, older);
    await drainRatings(around(catalog, { before: goOn }), topic);
    expect(await contentOf(catalog)).toEqual({ rows: 1, dead: 1, isProved: true });
  });

  it("do not come late where the position is recovered from the rows", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, row, "no json");
    const { goOn } = await standStill(catalog, topic);
    await loseSnapshots(catalog, undefined);
    const openTopic = (): Promise<MemorySource> => Promise.resolve(new MemorySource(topic, [0]));
    const options = { catalog, identifier: table, topic: topic.name, openTopic, force: true };
    await recoverPosition(options);
    await drainRatings(around(catalog, { before: goOn }), topic);
    expect(await contentOf(catalog)).toEqual({ rows: 1, dead: 1, isProved: true });
  });
});
