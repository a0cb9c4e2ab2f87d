import { describe, expect, it } from "vitest";

import { updateProperties } from "../../src/transaction/update-properties.ts";
import {
  identifier,
  instantComponents,
  openTableUnderTest,
  scriptCommits,
} from "./table-under-test.ts";

describe("updateProperties", () => {
  it("sets and removes in one commit", async () => {
    const { catalog, table } = await openTableUnderTest({ old: "1", kept: "2" });
    const changes = { set: { fresh: "3" }, remove: ["old", "never-there"] };
    const updated = await updateProperties({ catalog, table, changes });
    const { properties } = updated.metadata;
    expect([properties["old"], properties["kept"], properties["fresh"]]).toEqual([
      undefined,
      "2",
      "3",
    ]);
    expect(updated.metadata.metadataLog).toHaveLength(1);
  });

  it("commits nothing where nothing changes", async () => {
    const { catalog, table } = await openTableUnderTest({ kept: "2" });
    const changes = { set: { kept: "2" }, remove: ["never-there"] };
    expect(await updateProperties({ catalog, table, changes })).toBe(table);
  });

  it("tries again after a lost race, and takes a change that is already there for its own", async () => {
    const { catalog, table } = await openTableUnderTest();
    const changes = { set: { a: "1" } };
    const scripted = scriptCommits(catalog, [
      async () => ({ kind: "conflict", reason: "lost" }),
      async (apply) => {
        await apply();
        return { kind: "unknown", cause: new Error("reset") };
      },
    ]);
    const components = instantComponents();
    await updateProperties({ catalog: scripted, table, changes, components });
    const { metadata } = await catalog.loadTable(identifier);
    expect(metadata.properties["a"]).toBe("1");
    expect(metadata.metadataLog).toHaveLength(1);
  });

  it("refuses a table that was replaced", async () => {
    const { catalog, table } = await openTableUnderTest();
    await catalog.dropTable(identifier);
    const [schema] = table.metadata.schemas;
    if (schema === undefined) throw new Error("no schema");
    await catalog.createTable(identifier, { schema });
    const update = updateProperties({
      catalog,
      table,
      changes: { set: { a: "1" } },
      components: instantComponents(),
    });
    await expect(update).rejects.toMatchObject({ code: "TABLE_NOT_FOUND" });
  });
});
