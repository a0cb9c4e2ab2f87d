import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseArgs, type SmokeSettings, STACK_PROPERTIES } from "../src/args.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

function settings(...argv: string[]): SmokeSettings {
  const outcome = parseArgs(argv, "1.0.0");
  if (outcome.kind !== "settings") throw new Error(JSON.stringify(outcome));
  return outcome.settings;
}

describe("parseArgs", () => {
  it("looks into the table of the stack where nothing says which catalog", () => {
    expect(settings("--bootstrap-servers", "localhost:29092")).toEqual({
      log: { level: "info" },
      kafka: {
        bootstrapServers: ["localhost:29092"],
        driver: "salon",
        securityProtocol: "PLAINTEXT",
      },
      topic: "nail_salon_ratings",
      catalog: {
        properties: STACK_PROPERTIES,
        namespace: [],
        table: "bronze_ratings_streaming",
      },
      timeoutMs: 60_000,
    });
  });

  it("takes another table of the stack", () => {
    const { catalog } = settings("--table", "mine");
    expect(catalog).toEqual({ properties: STACK_PROPERTIES, namespace: [], table: "mine" });
  });

  it("takes what the stack's compose file says of its table", () => {
    const compose = readFileSync(
      new URL("../../../docker/compose.yaml", import.meta.url),
      "utf8",
    ).replaceAll("http://minio:", "http://localhost:");
    const of = (name: string): string => new RegExp(`^ +${name}: (.+)$`, "m").exec(compose)![1]!;
    const properties = of("SALON_CATALOG_PROPERTY")
      .split(",")
      .map((pair) => pair.split("="));
    expect({
      ...(Object.fromEntries(properties) as Record<string, string>),
      type: of("SALON_CATALOG"),
      warehouse: of("SALON_WAREHOUSE"),
      "s3.access-key-id": of("AWS_ACCESS_KEY_ID"),
      "s3.secret-access-key": of("AWS_SECRET_ACCESS_KEY"),
    }).toEqual(STACK_PROPERTIES);
    expect(settings().catalog.table).toBe(of("SALON_TABLE"));
    expect(settings().topic).toBe(of("SALON_TOPIC"));
  });

  it.each([
    [["--warehouse", "./warehouse"], { type: "hadoop", warehouse: "./warehouse" }],
    [
      ["--catalog=rest", "--catalog-property=uri=http://localhost:8181"],
      { type: "rest", uri: "http://localhost:8181" },
    ],
    [["--namespace", "db"], { type: "hadoop", warehouse: "./warehouse" }],
  ])("takes the catalog of %j", (argv, properties) => {
    expect(settings(...argv).catalog.properties).toEqual(properties);
  });

  it("takes a catalog of the environment", () => {
    vi.stubEnv("SALON_WAREHOUSE", "/lake");
    expect(settings().catalog.properties).toEqual({ type: "hadoop", warehouse: "/lake" });
  });

  it.each([
    [["--timeout", "0s"], "--timeout"],
    [["--topic", ""], "--topic"],
    [["--catalog", "rest"], "uri"],
  ])("refuses %j, naming it", (argv, named) => {
    expect(parseArgs(argv, "1.0.0")).toMatchObject({
      kind: "usage-error",
      message: expect.stringContaining(named) as string,
    });
  });
});
