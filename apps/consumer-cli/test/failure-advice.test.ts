import { describeFailure } from "@salon/command-line";
import { SinkError } from "@salon/sink";
import { describe, expect, it } from "vitest";
import { FAILURE_ADVICE } from "../src/failure-advice.ts";

describe("FAILURE_ADVICE", () => {
  it.each([
    ["TABLE_ROLLED_BACK", 7],
    ["DATA_LOST", 8],
    ["TABLE_INCOMPATIBLE", 5],
    ["SETTINGS_INVALID", 2],
  ] as const)("ends %s with %d", (code, exitCode) => {
    expect(describeFailure(new SinkError(code, "x"), FAILURE_ADVICE)).toMatchObject({
      code,
      exitCode,
    });
  });
});
