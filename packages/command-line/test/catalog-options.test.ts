import { afterEach, describe, expect, it, vi } from "vitest";
import {
  addCatalogOptions,
  readCatalogArguments,
  type CatalogArguments,
} from "../src/catalog-options.ts";
import { createCommand, parseCommandLine, type ParseOutcome } from "../src/command-line.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

function parse(...argv: string[]): ParseOutcome<CatalogArguments> {
  const command = createCommand({ name: "salon-test", description: "Tests.", version: "1" });
  return parseCommandLine(addCatalogOptions(command), argv, readCatalogArguments);
}

describe("readCatalogArguments", () => {
  it("means the bronze table in ./warehouse by default", () => {
    expect(parse()).toEqual({
      kind: "settings",
      settings: {
        properties: { type: "hadoop", warehouse: "./warehouse" },
        namespace: [],
        table: "bronze_ratings_streaming",
      },
    });
  });

  it("reads the options of a parent command, on either side of the subcommand", () => {
    const argv = ["--catalog", "rest", "--catalog-property", "uri=u"];
    for (const order of [
      ["sub", ...argv],
      [...argv, "sub"],
    ]) {
      const command = createCommand({ name: "salon-test", description: "Tests.", version: "1" });
      addCatalogOptions(command)
        .command("sub")
        .action(() => {});
      expect(parseCommandLine(command, order, readCatalogArguments)).toMatchObject({
        kind: "settings",
        settings: { properties: { type: "rest", uri: "u" } },
      });
    }
  });

  it("keeps a SQL catalog in the warehouse unless a uri is given", () => {
    expect(parse("--catalog", "sql")).toEqual({
      kind: "settings",
      settings: {
        properties: { type: "sql", warehouse: "./warehouse" },
        namespace: ["default"],
        table: "bronze_ratings_streaming",
      },
    });
    expect(
      parse(
        "--catalog",
        "sql",
        "--catalog-property",
        "uri=sqlite:///c.db",
        "--warehouse",
        "s3://w",
      ),
    ).toMatchObject({ settings: { properties: { uri: "sqlite:///c.db", warehouse: "s3://w" } } });
  });

  it("asks a REST catalog for no warehouse unless one is given", () => {
    expect(parse("--catalog", "rest", "--catalog-property", "uri=http://h:1/a=b")).toEqual({
      kind: "settings",
      settings: {
        properties: { type: "rest", uri: "http://h:1/a=b" },
        namespace: ["default"],
        table: "bronze_ratings_streaming",
      },
    });
    expect(
      parse("--catalog", "rest", "--catalog-property", "uri=u", "--warehouse", "s3a://w"),
    ).toMatchObject({ settings: { properties: { warehouse: "s3a://w" } } });
  });

  it("takes a warehouse from the properties", () => {
    expect(parse("--catalog-property", "warehouse=s3a://w")).toMatchObject({
      settings: { properties: { warehouse: "s3a://w" } },
    });
  });

  it("splits namespaces at dots; an empty text is none", () => {
    expect(parse("--namespace", "a.b")).toMatchObject({ settings: { namespace: ["a", "b"] } });
    expect(
      parse("--catalog", "rest", "--catalog-property", "uri=u", "--namespace", ""),
    ).toMatchObject({ settings: { namespace: [] } });
  });

  it("takes a dot in the name of a table only where it is quoted", () => {
    expect(parse("--table", "`ratings.v1`")).toMatchObject({ settings: { table: "ratings.v1" } });
    expect(parse("--table", '"a.b"')).toMatchObject({ settings: { table: "a.b" } });
    expect(parse("--table", "db.ratings")).toEqual({
      kind: "usage-error",
      message: expect.stringContaining("give the namespace by --namespace"),
    });
  });

  it("reads several properties from one variable; the command line replaces it", () => {
    vi.stubEnv("SALON_CATALOG_PROPERTY", "uri=http://h:1,token=a,b,s3.endpoint=http://s:9000");
    expect(parse("--catalog", "rest")).toMatchObject({
      settings: {
        properties: { uri: "http://h:1", token: "a,b", "s3.endpoint": "http://s:9000" },
      },
    });
    vi.stubEnv("SALON_CATALOG_PROPERTY", "uri=u\ntoken=a,b=c\n");
    expect(parse()).toMatchObject({ settings: { properties: { uri: "u", token: "a,b=c" } } });
    expect(parse("--catalog-property", "x=a,b=c")).toEqual({
      kind: "settings",
      settings: expect.objectContaining({
        properties: { type: "hadoop", warehouse: "./warehouse", x: "a,b=c" },
      }),
    });
  });

  it.each([
    [["--catalog", "glue"], "--catalog"],
    [["--catalog", "rest"], "uri"],
    [["--catalog-property", "uri"], "--catalog-property"],
    [["--catalog-property", "=x"], "--catalog-property"],
    [["--catalog-property", "type=rest"], "--catalog-property"],
    [["--catalog-property", "warehouse=a", "--warehouse", "b"], "--warehouse"],
    [["--warehouse", ""], "--warehouse"],
    [["--namespace", "a..b"], "--namespace"],
    [["--namespace", "a.b/c"], "--namespace"],
    [["--table", ""], "--table"],
    [["--table", "a/b"], "--table"],
    [["--table", ".."], "--table"],
    [["--table", '""'], "--table"],
    [["--table", '".."'], "--table"],
    [["--table", "a\nb"], "--table"],
  ])("refuses %j", (argv, named) => {
    expect(parse(...argv)).toEqual({
      kind: "usage-error",
      message: expect.stringContaining(named),
    });
  });

  it("keeps a malformed pair, which may be a secret, out of the message", () => {
    expect(JSON.stringify(parse("--catalog-property", "s3cret"))).not.toContain("s3cret");
  });
});
