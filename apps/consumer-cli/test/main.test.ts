import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

async function run(...argv: string[]) {
  const child = spawn(process.execPath, ["-C", "@salon/source", MAIN, ...argv]);
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { exitCode: child.exitCode, stdout, stderr };
}

describe("salon-consume", () => {
  it("shows its help without loading a driver or a catalog", async () => {
    const { exitCode, stdout, stderr } = await run("--help");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("Usage: salon-consume");
  });

  it("names the flag and exits 2 for a wrong one", async () => {
    expect(await run("--trigger", "once")).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringMatching(/^salon-consume: .*--trigger.*\n$/),
    });
  });
});
