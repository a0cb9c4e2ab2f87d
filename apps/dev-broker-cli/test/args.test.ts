import { afterEach, describe, expect, it, vi } from "vitest";
import { parseArgs } from "../src/args.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

function settings(...argv: string[]): unknown {
  const outcome = parseArgs(argv, "1.0.0");
  if (outcome.kind !== "settings") throw new Error(JSON.stringify(outcome));
  return outcome.settings;
}

describe("parseArgs", () => {
  it("listens where the pipeline's broker does, on this machine only, by default", () => {
    expect(settings()).toEqual({
      log: { level: "info" },
      host: "127.0.0.1",
      port: 29_092,
      advertisedAddress: undefined,
      directory: undefined,
      partitions: 3,
      topics: [],
    });
  });

  it("takes topics with and without partitions", () => {
    expect(settings("--topic", "a:5", "--topic=b", "--partitions", "2")).toMatchObject({
      topics: [
        { name: "a", partitions: 5 },
        { name: "b", partitions: 2 },
      ],
    });
  });

  it("takes its variables", () => {
    vi.stubEnv("SALON_PORT", "0");
    vi.stubEnv("SALON_DIRECTORY", "/data");
    expect(settings()).toMatchObject({ port: 0, directory: "/data" });
  });

  it.each([
    [["--port", "70000"], "--port"],
    [["--topic", "a:0"], "--topic"],
    [["--topic", "a:b"], "--topic"],
    [["--partitions", "0"], "--partitions"],
    [["--brokers", "3"], "--brokers"],
  ])("refuses %j, naming it", (argv, named) => {
    expect(parseArgs(argv, "1.0.0")).toMatchObject({
      kind: "usage-error",
      message: expect.stringContaining(named) as string,
    });
  });
});
