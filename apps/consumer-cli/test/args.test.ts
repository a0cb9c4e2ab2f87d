import { afterEach, describe, expect, it, vi } from "vitest";
import { parseArgs } from "../src/args.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const FLAGS = [
  "--bootstrap-servers",
  "--topic",
  "--group-id",
  "--group-instance-id",
  "--group-protocol",
  "--assign",
  "--source-id",
  "--session-timeout",
  "--client-rack",
  "--security-protocol",
  "--sasl-mechanism",
  "--sasl-username",
  "--sasl-password",
  "--sasl-password-file",
  "--sasl-oauth-token-endpoint",
  "--sasl-oauth-client-id",
  "--sasl-oauth-client-secret",
  "--sasl-oauth-client-secret-file",
  "--sasl-oauth-scope",
  "--sasl-oauth-token-file",
  "--sasl-oauth-extension",
  "--ssl-ca-file",
  "--ssl-cert-file",
  "--ssl-key-file",
  "--ssl-key-password",
  "--ssl-key-password-file",
  "--catalog",
  "--catalog-property",
  "--catalog-property-file",
  "--warehouse",
  "--namespace",
  "--table",
  "--table-property",
  "--timestamp-type",
  "--time-zone",
  "--starting-offsets",
  "--trigger",
  "--commit-interval",
  "--commit-rows",
  "--commit-bytes",
  "--memory-limit",
  "--encoders",
  "--rules",
  "--dead-letters",
  "--on-invalid",
  "--on-data-loss",
  "--on-rollback",
  "--ui-host",
  "--ui-port",
  "--ui-token",
  "--ui-token-file",
  "--no-ui",
  "--log-level",
  "--log-format",
];

function settings(text = ""): unknown {
  const outcome = parseArgs(
    text.split(" ").filter((part) => part !== ""),
    "1.0.0",
  );
  if (outcome.kind !== "settings") throw new Error(JSON.stringify(outcome));
  return outcome.settings;
}

describe("parseArgs", () => {
  it("has the documented defaults", () => {
    expect(settings()).toEqual({
      log: { level: "info" },
      kafka: {
        bootstrapServers: ["localhost:29092"],
        driver: "salon",
        securityProtocol: "PLAINTEXT",
      },
      reader: {
        groupId: expect.stringMatching(/^salon\.bronze_ratings_streaming\./),
        groupProtocol: "classic",
        sessionTimeoutMs: 10_000,
      },
      catalog: {
        properties: { type: "hadoop", warehouse: "./warehouse" },
        namespace: [],
        table: "bronze_ratings_streaming",
      },
      sink: {
        topic: "nail_salon_ratings",
        sourceId: "nail_salon_ratings",
        table: { namespace: [], name: "bronze_ratings_streaming" },
        tableProperties: {},
        timestampType: "string",
        timeZone: "UTC",
        startingOffsets: "latest",
        trigger: "continuous",
        commitIntervalMs: 10_000,
        commitRows: 1_000_000,
        commitBytes: 134_217_728,
        memoryLimitBytes: 268_435_456,
        encoders: 0,
        onInvalid: "dead-letters",
        onDataLoss: "fail",
        onRollback: "fail",
        startupTimeoutMs: 30_000,
      },
      ui: { host: "127.0.0.1", port: 4_040 },
      configuration: expect.any(Array),
    });
  });

  it("takes every flag", () => {
    expect(
      settings(
        "--bootstrap-servers a:1 --topic t --group-id g --source-id s --session-timeout 30s " +
          "--client-rack eu-1a --group-instance-id salon-0 " +
          "--catalog rest --catalog-property uri=http://h:1 --catalog-property token=x " +
          "--warehouse s3a://w --namespace a.b --table bronze " +
          "--table-property write.parquet.compression-codec=snappy --table-property x=1 " +
          "--timestamp-type timestamptz --time-zone Europe/Berlin --starting-offsets earliest " +
          "--trigger available-now --commit-interval 500ms --commit-rows 5,000 " +
          "--commit-bytes 1MiB --memory-limit 64MB --encoders 2 --on-invalid fail --on-data-loss continue " +
          "--on-rollback accept --log-level warn --log-format pretty",
      ),
    ).toEqual({
      log: { level: "warn", format: "pretty" },
      kafka: { bootstrapServers: ["a:1"], driver: "salon", securityProtocol: "PLAINTEXT" },
      reader: {
        groupId: "g",
        groupInstanceId: "salon-0",
        groupProtocol: "classic",
        sessionTimeoutMs: 30_000,
        clientRack: "eu-1a",
      },
      catalog: {
        properties: { type: "rest", uri: "http://h:1", token: "x", warehouse: "s3a://w" },
        namespace: ["a", "b"],
        table: "bronze",
      },
      sink: {
        topic: "t",
        sourceId: "s",
        table: { namespace: ["a", "b"], name: "bronze" },
        tableProperties: { "write.parquet.compression-codec": "snappy", x: "1" },
        timestampType: "timestamptz",
        timeZone: "Europe/Berlin",
        startingOffsets: "earliest",
        trigger: "available-now",
        commitIntervalMs: 500,
        commitRows: 5_000,
        commitBytes: 1_048_576,
        memoryLimitBytes: 64_000_000,
        encoders: 2,
        onInvalid: "fail",
        onDataLoss: "continue",
        onRollback: "accept",
        startupTimeoutMs: 30_000,
      },
      ui: { host: "127.0.0.1", port: 4_040 },
      configuration: expect.any(Array),
    });
  });

  it("takes the brokers' way of sharing out", () => {
    const reader = { groupProtocol: "consumer" };
    expect(settings("--group-protocol consumer")).toMatchObject({ reader });
  });

  it("takes quality rules", () => {
    expect(settings("--rules ./rules.json")).toMatchObject({ rules: "./rules.json" });
    expect(parseArgs(["--rules="], "1.0.0")).toMatchObject({
      kind: "usage-error",
      message: expect.stringContaining("--rules must not be empty") as string,
    });
  });

  it("takes a table for dead letters, in the table's own namespace", () => {
    const sink = { deadLetterTable: "rejects" };
    expect(settings("--dead-letters table:rejects")).toMatchObject({ sink });
    for (const text of [
      "rejects",
      "table:",
      "table:a.b",
      "table:../a",
      "topic:",
      "topic:a/b",
      "topic:..",
    ]) {
      expect(parseArgs([`--dead-letters=${text}`], "1.0.0")).toMatchObject({
        kind: "usage-error",
        message: expect.stringContaining("--dead-letters takes table:") as string,
      });
    }
  });

  it("takes a topic for dead letters, but not the one that is read", () => {
    expect(settings("--dead-letters topic:rejects")).toMatchObject({ deadLetterTopic: "rejects" });
    const flags = ["--topic=t", "--dead-letters=topic:t"];
    expect(parseArgs(flags, "1.0.0")).toMatchObject({
      kind: "usage-error",
      message: expect.stringContaining("is the topic that is read") as string,
    });
    const nothing = ["--dead-letters=topic:rejects", "--on-invalid=fail"];
    expect(parseArgs(nothing, "1.0.0")).toMatchObject({
      kind: "usage-error",
      message: expect.stringContaining("gets nothing under --on-invalid fail") as string,
    });
  });

  it("takes the environment where the command line is silent", () => {
    vi.stubEnv("SALON_TRIGGER", "available-now");
    vi.stubEnv("SALON_COMMIT_BYTES", "2 MiB");
    vi.stubEnv("SALON_TABLE_PROPERTY", "a=1,b=2");
    vi.stubEnv("SALON_CATALOG", "rest");
    vi.stubEnv("SALON_CATALOG_PROPERTY", "uri=http://h:1");
    expect(settings("--commit-bytes 1MiB")).toMatchObject({
      catalog: { properties: { type: "rest", uri: "http://h:1" }, namespace: ["default"] },
      sink: {
        trigger: "available-now",
        commitBytes: 1_048_576,
        tableProperties: { a: "1", b: "2" },
      },
    });
  });

  it("reads assigned partitions without a group, unless one is named", () => {
    expect(settings("--assign 2,0,1")).toMatchObject({ sink: { assign: [0, 1, 2] } });
    expect(settings("--assign 0")).not.toHaveProperty("reader.groupId", expect.any(String));
    expect(settings("--assign 0 --group-id g")).toMatchObject({ reader: { groupId: "g" } });
  });

  it.each([
    ["--assign 0,0", "--assign"],
    ["--assign 0,-1", "--assign"],
    ["--assign 0,1.5", "--assign"],
    ["--assign all", "--assign"],
    ["--session-timeout 10", "--session-timeout"],
    ["--assign 0 --group-instance-id a", "--group-instance-id"],
    ["--group-protocol eager", "--group-protocol"],
    ["--assign 0 --group-protocol consumer", "--group-protocol"],
    ["--group-protocol consumer --session-timeout 10s", "--session-timeout"],
    ["--catalog hive", "--catalog"],
    ["--catalog-property uri", "--catalog-property"],
    ["--table-property x", "--table-property"],
    ["--timestamp-type date", "--timestamp-type"],
    ["--time-zone Mars/Olympus", "--time-zone"],
    ["--starting-offsets 5", "--starting-offsets"],
    ["--trigger once", "--trigger"],
    ["--commit-interval 0s", "--commit-interval"],
    ["--commit-rows 0", "--commit-rows"],
    ["--commit-bytes 128M", "--commit-bytes"],
    ["--memory-limit 0", "--memory-limit"],
    ["--encoders 65", "--encoders"],
    ["--on-invalid skip", "--on-invalid"],
    ["--on-data-loss ignore", "--on-data-loss"],
    ["--on-rollback ignore", "--on-rollback"],
    ["--topic a/b", "--topic"],
    ["--unknown", "--unknown"],
  ])("refuses %s", (text, named) => {
    expect(parseArgs(text.split(" "), "1")).toEqual({
      kind: "usage-error",
      message: expect.stringContaining(named),
    });
  });

  it.each([
    "--group-id",
    "--group-instance-id",
    "--client-rack",
    "--source-id",
    "--table",
    "--topic",
  ])("refuses an empty %s", (flag) => {
    expect(parseArgs([flag, ""], "1")).toEqual({
      kind: "usage-error",
      message: expect.stringContaining(flag),
    });
  });

  it("shows every flag with its variable in its help", () => {
    const outcome = parseArgs(["--help"], "1");
    const text = outcome.kind === "information" ? outcome.text.replaceAll(/\s+/g, " ") : "";
    for (const flag of FLAGS) {
      expect(text).toContain(flag);
      expect(text).toContain(`env: SALON_${flag.slice(2).replaceAll("-", "_").toUpperCase()}`);
    }
    for (const shown of ["128MiB", "256MiB", "1,000,000", "10s"]) expect(text).toContain(shown);
  });
});
