import { afterEach, describe, expect, it, vi } from "vitest";
import { parseArgs } from "../src/args.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const FLAGS = [
  "--bootstrap-servers",
  "--topic",
  "--duration",
  "--interval",
  "--rate",
  "--count",
  "--seed",
  "--dirty",
  "--partitions",
  "--stdout",
  "--security-protocol",
  "--sasl-mechanism",
  "--sasl-username",
  "--sasl-password",
  "--sasl-password-file",
  "--ssl-ca-file",
  "--ssl-cert-file",
  "--ssl-key-file",
  "--log-level",
  "--log-format",
];

function settings(...argv: string[]): unknown {
  const outcome = parseArgs(argv, "1.0.0");
  if (outcome.kind !== "settings") throw new Error(JSON.stringify(outcome));
  return outcome.settings;
}

describe("parseArgs", () => {
  it("sends a rating every three seconds for ten minutes by default", () => {
    expect(settings()).toEqual({
      log: { level: "info" },
      target: {
        kind: "kafka",
        kafka: {
          bootstrapServers: ["localhost:29092"],
          driver: "salon",
          securityProtocol: "PLAINTEXT",
        },
        topic: "nail_salon_ratings",
      },
      periodMs: 3_000,
      durationMs: 600_000,
      dirtyShare: 0,
    });
  });

  it("takes every flag", () => {
    const argv =
      "--bootstrap-servers a:1,b:2 --topic t --duration 1h --rate 250 --count 10 --seed 7 " +
      "--dirty 0.05 --partitions 3 --log-level debug --log-format json";
    expect(settings(...argv.split(" "))).toEqual({
      log: { level: "debug", format: "json" },
      target: {
        kind: "kafka",
        kafka: { bootstrapServers: ["a:1", "b:2"], driver: "salon", securityProtocol: "PLAINTEXT" },
        topic: "t",
        partitionCount: 3,
      },
      periodMs: 4,
      durationMs: 3_600_000,
      count: 10,
      seed: 7,
      dirtyShare: 0.05,
    });
  });

  it("takes every flag from the environment as well", () => {
    vi.stubEnv("SALON_STDOUT", "true");
    vi.stubEnv("SALON_INTERVAL", "500ms");
    vi.stubEnv("SALON_DURATION", "1m");
    vi.stubEnv("SALON_DIRTY", "1");
    expect(settings()).toMatchObject({
      target: { kind: "stdout" },
      periodMs: 500,
      durationMs: 60_000,
      dirtyShare: 1,
    });
  });

  it("lets a flag for the pace count more than the other one's variable", () => {
    vi.stubEnv("SALON_INTERVAL", "500ms");
    expect(settings("--rate", "4")).toMatchObject({ periodMs: 250 });
    vi.stubEnv("SALON_RATE", "10");
    expect(settings("--interval", "2s")).toMatchObject({ periodMs: 2_000 });
    expect(parseArgs([], "1")).toMatchObject({
      kind: "usage-error",
      message: expect.stringContaining("--rate and --interval"),
    });
  });

  it("has no limit of time where only a count is given", () => {
    expect(settings("--count", "5")).not.toHaveProperty("durationMs", expect.any(Number));
    expect(settings("--count", "5", "--duration", "1s")).toMatchObject({ durationMs: 1_000 });
  });

  it("goes as fast as it can at an interval of nothing", () => {
    expect(settings("--interval", "0s")).toMatchObject({ periodMs: 0 });
  });

  it.each([
    ["--duration 10", "--duration"],
    ["--duration 0s", "--duration"],
    ["--interval -1s", "--interval"],
    ["--rate 0", "--rate"],
    ["--rate fast", "--rate"],
    ["--rate 5 --interval 1s", "--rate and --interval"],
    ["--count 0", "--count"],
    ["--count 1.5", "--count"],
    ["--seed -1", "--seed"],
    ["--seed 4294967296", "--seed"],
    ["--dirty 1.1", "--dirty"],
    ["--dirty 5%", "--dirty"],
    ["--partitions 0", "--partitions"],
    ["--topic a/b", "--topic"],
    ["--bootstrap-servers localhost", "--bootstrap-servers"],
    ["--unknown", "--unknown"],
  ])("refuses %s", (argv, named) => {
    expect(parseArgs(argv.split(" "), "1")).toEqual({
      kind: "usage-error",
      message: expect.stringContaining(named),
    });
  });

  it("shows every flag with its variable, and no secret, in its help", () => {
    vi.stubEnv("SALON_SASL_PASSWORD", "s3cret");
    const outcome = parseArgs(["--help"], "1");
    const text = outcome.kind === "information" ? outcome.text.replaceAll(/\s+/g, " ") : "";
    for (const flag of FLAGS) {
      expect(text).toContain(flag);
      expect(text).toContain(`env: SALON_${flag.slice(2).replaceAll("-", "_").toUpperCase()}`);
    }
    expect(text).not.toContain("s3cret");
    expect(text).toContain("Exit codes:");
  });
});
