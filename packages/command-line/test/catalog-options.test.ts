import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  addCatalogOptions,
  loadCatalogProperties,
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

describe("properties of files", () => {
  const FLAG = "--catalog-property-file";

  it("are read without the line break at the end, and may be named by the variable", async () => {
    const folder = await mkdtemp(join(tmpdir(), "salon-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [uri, token] = [join(folder, "uri"), join(folder, "token")];
    await writeFile(uri, "http://catalog\n");
    await writeFile(token, " s3cret ");
    vi.stubEnv("SALON_CATALOG_PROPERTY_FILE", `uri=${uri},token=${token}`);
    const outcome = parse("--catalog=rest", "--catalog-property=prefix=p");
    if (outcome.kind !== "settings") throw new Error(JSON.stringify(outcome));
    expect(outcome.settings.properties).toEqual({ type: "rest", prefix: "p" });
    expect(await loadCatalogProperties(outcome.settings)).toEqual({
      type: "rest",
      prefix: "p",
      uri: "http://catalog",
      token: " s3cret ",
    });
  });

  it("need their file", async () => {
    const outcome = parse(FLAG, "token=/nowhere/token");
    if (outcome.kind !== "settings") throw new Error(JSON.stringify(outcome));
    await expect(loadCatalogProperties(outcome.settings)).rejects.toMatchObject({
      code: "FILE_UNREADABLE",
      message: expect.stringMatching(/--catalog-property-file token.*\/nowhere\/token/),
    });
  });

  it.each([
    [["token=/a", "--catalog-property", "token=s3cret"], "both have token"],
    [["type=/a"], "cannot hold type"],
    [["warehouse=/a"], "cannot hold warehouse"],
    [["token="], "token names no file"],
    [["s3cret"], "takes name=value"],
  ])("refuses %j", (argv, told) => {
    const outcome = parse(FLAG, ...argv);
    expect(outcome).toEqual({ kind: "usage-error", message: expect.stringContaining(told) });
    expect(JSON.stringify(outcome)).not.toContain("s3cret");
  });
});
