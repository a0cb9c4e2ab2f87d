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
  it("sends 5,000 ratings a second for 20 seconds and ends, by default", () => {
    expect(settings()).toEqual({
      log: { level: "info" },
      seconds: 20,
      rate: 5_000,
      keep: false,
      directory: undefined,
    });
  });

  it("takes every flag", () => {
    expect(settings("--seconds", "5", "--rate=100", "--keep", "--directory", "x")).toMatchObject({
      seconds: 5,
      rate: 100,
      keep: true,
      directory: "x",
    });
  });

  it("takes its variables", () => {
    vi.stubEnv("SALON_KEEP", "no");
    vi.stubEnv("SALON_RATE", "7");
    expect(settings()).toMatchObject({ keep: false, rate: 7 });
  });

  it.each([
    [["--seconds", "0"], "--seconds"],
    [["--rate", "fast"], "--rate"],
    [["--rate", "1e9"], "--rate"],
    [["--speed", "3"], "--speed"],
    [["twice"], "argument"],
  ])("refuses %j, naming it", (argv, named) => {
    const outcome = parseArgs(argv, "1.0.0");
    expect(outcome).toMatchObject({
      kind: "usage-error",
      message: expect.stringContaining(named) as string,
    });
  });
});
