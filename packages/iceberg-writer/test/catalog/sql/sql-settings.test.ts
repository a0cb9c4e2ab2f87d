import { resolve } from "node:path";

import { describe, expect, it } from "vitest";

import { sqlTarget } from "../../../src/catalog/sql/sql-settings.ts";

const LOCAL = "file:///data/warehouse";

describe("sqlTarget", () => {
  it.each([
    ["sqlite:////data/catalog.db", "/data/catalog.db"],
    ["sqlite:///catalog.db", resolve("catalog.db")],
    ["sqlite+pysqlite:////data/catalog.db", "/data/catalog.db"],
    ["jdbc:sqlite:/data/catalog.db", "/data/catalog.db"],
    ["jdbc:sqlite:catalog.db", resolve("catalog.db")],
    ["sqlite:///:memory:", ":memory:"],
    ["sqlite://", ":memory:"],
    ["sqlite:////data/catalog.db?timeout=30", "/data/catalog.db"],
    ["jdbc:sqlite:/data/catalog.db?busy_timeout=30", "/data/catalog.db"],
  ])("reads %s as SQLAlchemy and JDBC do", (uri, path) => {
    expect(sqlTarget(uri, LOCAL)).toEqual({ kind: "sqlite", path });
  });

  it.each([
    ["postgresql://me:secret@db:5432/lake", "postgresql://me:secret@db:5432/lake"],
    ["postgresql+psycopg2://me@db/lake", "postgresql://me@db/lake"],
    ["postgres://db/lake", "postgresql://db/lake"],
    ["jdbc:postgresql://db/lake", "postgresql://db/lake"],
  ])("reads %s", (uri, expected) => {
    expect(sqlTarget(uri, LOCAL)).toEqual({ kind: "postgres", uri: expected });
  });

  it("is a file beside the tables where the warehouse is on local disk", () => {
    expect(sqlTarget(undefined, LOCAL)).toEqual({
      kind: "sqlite",
      path: "/data/warehouse/catalog.db",
    });
    expect(() => sqlTarget(undefined, "s3://bucket/warehouse")).toThrow(
      expect.objectContaining({ code: "SETTINGS_INVALID" }) as Error,
    );
  });

  it.each([
    "mysql://me:secret@db/lake",
    "mysql://me:se@cret@db/lake",
    "mysql://me:se/cret@db/lake",
    "mysql://me@db/lake?password=secret",
  ])("names another uri without its secrets", (uri) => {
    expect(() => sqlTarget(uri, LOCAL)).toThrow('catalog uri "mysql://…@db/lake" is neither');
  });
});
