import { afterEach, describe, expect, it, vi } from "vitest";
import { parseArgs } from "../src/args.ts";
import type { TableSettings } from "../src/args.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

function settings(...argv: string[]): TableSettings {
  const outcome = parseArgs(argv, "1.0.0");
  if (outcome.kind !== "settings") throw new Error(JSON.stringify(outcome));
  return outcome.settings;
}

function usageError(...argv: string[]): string {
  const outcome = parseArgs(argv, "1.0.0");
  if (outcome.kind !== "usage-error") throw new Error(JSON.stringify(outcome));
  return outcome.message;
}

describe("parseArgs", () => {
  it.each(["describe", "snapshots", "files"])(
    "takes %s with the defaults of the consumer",
    (name) => {
      expect(settings(name)).toEqual({
        log: { level: "info" },
        catalog: {
          properties: { type: "hadoop", warehouse: "./warehouse" },
          namespace: [],
          table: "bronze_ratings_streaming",
        },
        isJson: false,
        task: { kind: name },
      });
    },
  );

  it("takes the catalog's flags before and behind the command", () => {
    const rest = "--catalog rest --catalog-property uri=http://localhost:8181 --table t".split(" ");
    const catalog = {
      properties: { type: "rest", uri: "http://localhost:8181" },
      namespace: ["default"],
      table: "t",
    };
    expect(settings("verify", ...rest).catalog).toEqual(catalog);
    expect(settings(...rest, "--json", "verify")).toMatchObject({ catalog, isJson: true });
  });

  it("lists dead letters, all or of one cause", () => {
    expect(settings("dead-letters").task).toEqual({ kind: "dead-letters", limit: 3 });
    const argv = ["dead-letters", "--cause", "rule:rating-range", "--limit", "0"];
    const task = { kind: "dead-letters", cause: "rule:rating-range", limit: 0 };
    expect(settings(...argv).task).toEqual(task);
    expect(usageError("dead-letters", "--limit=-1")).toContain("--limit");
  });

  it("proves without a topic by default", () => {
    expect(settings("verify").task).toEqual({
      kind: "verify",
      isDeep: false,
      timeZone: "UTC",
      allowDeletes: false,
      allowLost: false,
    });
  });

  it("takes every flag of verify", () => {
    const argv =
      "verify --bootstrap-servers a:1,b:2 --topic t --source-id s --deep --allow-deletes " +
      "--allow-lost --time-zone Europe/Berlin";
    expect(settings(...argv.split(" ")).task).toEqual({
      kind: "verify",
      kafka: { bootstrapServers: ["a:1", "b:2"], driver: "salon", securityProtocol: "PLAINTEXT" },
      topic: "t",
      sourceId: "s",
      isDeep: true,
      timeZone: "Europe/Berlin",
      allowDeletes: true,
      allowLost: true,
    });
  });

  it("recovers the default topic of the default brokers", () => {
    expect(settings("recover-position").task).toEqual({
      kind: "recover-position",
      kafka: {
        bootstrapServers: ["localhost:29092"],
        driver: "salon",
        securityProtocol: "PLAINTEXT",
      },
      topic: "nail_salon_ratings",
      acceptHoles: false,
      acceptMissing: false,
      force: false,
      dryRun: false,
    });
  });

  it("takes every flag of recover-position", () => {
    const argv =
      "recover-position --bootstrap-servers a:1 --topic t --source-id s --accept-holes --force " +
      "--accept-missing --dry-run";
    expect(settings(...argv.split(" ")).task).toMatchObject({
      topic: "t",
      sourceId: "s",
      acceptHoles: true,
      acceptMissing: true,
      force: true,
      dryRun: true,
    });
  });

  it("takes every flag of adopt, and needs a checkpoint", () => {
    const argv =
      "adopt --spark-checkpoint s3a://lake/checkpoints/r --bootstrap-servers a:1 --topic t " +
      "--source-id s --accept-holes --force --dry-run";
    expect(settings(...argv.split(" ")).task).toMatchObject({
      kind: "adopt",
      sparkCheckpoint: "s3a://lake/checkpoints/r",
      topic: "t",
      sourceId: "s",
      acceptHoles: true,
      force: true,
      dryRun: true,
    });
    expect(() => settings("adopt")).toThrow("--spark-checkpoint");
  });

  it("takes a snapshot id of 63 bits", () => {
    expect(settings("files", "--snapshot-id", "9223372036854775807").task).toEqual({
      kind: "files",
      snapshotId: 9223372036854775807n,
    });
  });

  it("reads the environment", () => {
    vi.stubEnv("SALON_TABLE", "t");
    vi.stubEnv("SALON_JSON", "1");
    vi.stubEnv("SALON_ALLOW_LOST", "no");
    vi.stubEnv("SALON_BOOTSTRAP_SERVERS", "a:1");
    expect(settings("verify")).toMatchObject({
      catalog: { table: "t" },
      isJson: true,
      task: { allowLost: false, kafka: { bootstrapServers: ["a:1"] } },
    });
  });

  it.each([
    [["verify", "--deep"], "--deep needs --bootstrap-servers"],
    [["verify", "--time-zone", "Mars"], "--time-zone Mars is no zone"],
    [["verify", "--source-id", ""], "--source-id must not be empty"],
    [["files", "--snapshot-id", "x"], '--snapshot-id takes a number, not "x"'],
    [["describe", "--catalog", "rest"], "--catalog rest needs --catalog-property uri="],
    [["describe", "--nonsense"], "unknown option '--nonsense'"],
    [["prove"], "unknown command 'prove'"],
    [[], "a command is missing"],
  ])("refuses %j", (argv, message) => {
    expect(usageError(...argv)).toContain(message);
  });

  it("shows every flag in the help of its command", () => {
    const help = parseArgs(["verify", "--help"], "1.0.0");
    for (const flag of [
      "--deep",
      "--allow-deletes",
      "--allow-lost",
      "--warehouse",
      "--log-level",
    ]) {
      expect(help).toMatchObject({ kind: "information", text: expect.stringContaining(flag) });
    }
  });
});
