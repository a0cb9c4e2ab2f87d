import { resolve } from "node:path";
import type { CatalogArguments } from "@salon/command-line";
import { describe, expect, it } from "vitest";
import { defaultGroupId } from "../src/group-id.ts";

const CATALOG: CatalogArguments = {
  properties: { type: "hadoop", warehouse: "./warehouse" },
  namespace: [],
  table: "bronze",
};

describe("defaultGroupId", () => {
  it("names the table", () => {
    expect(defaultGroupId("t", CATALOG)).toMatch(/^salon\.bronze\.[0-9a-f]{12}$/);
  });

  it("is the same for every spelling of the same folder", () => {
    const absolute: CatalogArguments = {
      ...CATALOG,
      properties: { type: "hadoop", warehouse: resolve("warehouse") },
    };
    expect(defaultGroupId("t", absolute)).toBe(defaultGroupId("t", CATALOG));
  });

  it("differs for every other topic, warehouse, namespace, catalog and table", () => {
    const ids = [
      defaultGroupId("t", CATALOG),
      defaultGroupId("u", CATALOG),
      defaultGroupId("t", { ...CATALOG, table: "silver" }),
      defaultGroupId("t", { ...CATALOG, namespace: ["db"] }),
      defaultGroupId("t", { ...CATALOG, properties: { type: "hadoop", warehouse: "s3a://w" } }),
      defaultGroupId("t", { ...CATALOG, properties: { type: "rest", uri: "http://h:1" } }),
      defaultGroupId("t", { ...CATALOG, properties: { type: "rest", uri: "http://h:2" } }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("does not depend on credentials, which change", () => {
    const rotated: CatalogArguments = {
      ...CATALOG,
      properties: { ...CATALOG.properties, token: "new" },
    };
    expect(defaultGroupId("t", rotated)).toBe(defaultGroupId("t", CATALOG));
  });
});
