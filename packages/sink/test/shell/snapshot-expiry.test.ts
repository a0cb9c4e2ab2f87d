import { appendToTable, openCatalog } from "@salon/iceberg-writer";
import type { Catalog, CatalogTable } from "@salon/iceberg-writer";
import { describe, expect, it } from "vitest";
import { DEAD_LETTER_LAYOUT } from "../../src/mapping/dead-letter-schema.ts";
import { processClock } from "../../src/shell/sink-clock.ts";
import { EXPIRING_TABLE_PROPERTIES, SnapshotExpiry } from "../../src/shell/snapshot-expiry.ts";

const identifier = { namespace: [], name: "bronze" };
const HOUR_MS = 3_600_000;

async function tableWithSnapshots(
  catalog: Catalog,
  count: number,
  properties: Readonly<Record<string, string>>,
): Promise<CatalogTable> {
  let table = await catalog.createTable(identifier, { ...DEAD_LETTER_LAYOUT, properties });
  for (let snapshot = 0; snapshot < count; snapshot++) {
    table = await appendToTable({ catalog, table, request: { dataFiles: [] } });
  }
  return table;
}

/** Snapshots that are left, and what was warned of, when so much time has passed. */
async function afterExpiry(
  passedMs: number,
  properties: Readonly<Record<string, string>>,
  spoil?: (catalog: Catalog) => Catalog,
): Promise<{ readonly snapshots: number; readonly warnings: readonly string[] }> {
  await using catalog = await openCatalog({ type: "memory" });
  const table = await tableWithSnapshots(catalog, 160, properties);
  const warnings: string[] = [];
  {
    await using expiry = new SnapshotExpiry({
      catalog: spoil === undefined ? catalog : spoil(catalog),
      clock: processClock,
      nowMs: () => Date.now() + passedMs,
      logger: {
        debug() {},
        info() {},
        warn: (_, message) => warnings.push(message),
      },
    });
    expiry.consider([table]);
    expiry.consider([table]);
  }
  const { metadata } = await catalog.loadTable(identifier);
  return { snapshots: metadata.snapshots.length, warnings };
}

describe("SnapshotExpiry", () => {
  it("keeps the newest hundred of snapshots that are older than an hour", async () => {
    expect(await afterExpiry(2 * HOUR_MS, EXPIRING_TABLE_PROPERTIES)).toEqual({
      snapshots: 100,
      warnings: [],
    });
  });

  it("keeps all that are younger", async () => {
    expect(await afterExpiry(HOUR_MS / 2, EXPIRING_TABLE_PROPERTIES)).toEqual({
      snapshots: 160,
      warnings: [],
    });
  });

  it.each([
    ["says nothing of it", {}],
    ["says no", { ...EXPIRING_TABLE_PROPERTIES, "salon.expire-snapshots": "false" }],
    ["forbids deleting files", { ...EXPIRING_TABLE_PROPERTIES, "gc.enabled": "false" }],
    ["forbids it in capitals", { ...EXPIRING_TABLE_PROPERTIES, "gc.enabled": "FALSE" }],
  ])("leaves alone a table that %s", async (_, properties) => {
    expect(await afterExpiry(1_000 * HOUR_MS, properties)).toEqual({
      snapshots: 160,
      warnings: [],
    });
  });

  it("warns of an age that is none, and throws nothing", async () => {
    const ages = { "history.expire.max-snapshot-age-ms": "1h" };
    const failed = await afterExpiry(2 * HOUR_MS, { ...EXPIRING_TABLE_PROPERTIES, ...ages });
    expect(failed).toMatchObject({ snapshots: 160, warnings: [expect.any(String)] });
  });

  it("warns of a failure, and throws nothing", async () => {
    const failed = await afterExpiry(2 * HOUR_MS, EXPIRING_TABLE_PROPERTIES, (catalog) => ({
      ...catalog,
      commitTable: () => Promise.reject(new Error("no")),
    }));
    expect(failed).toEqual({
      snapshots: 160,
      warnings: ["old snapshots are not expired, trying later"],
    });
  });
});
