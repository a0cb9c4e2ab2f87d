import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { buffer, text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

function start(...argv: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, ["-C", "@salon/source", MAIN, ...argv]);
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function run(...argv: string[]) {
  const child = start(...argv);
  const [stdout, stderr] = await Promise.all([
    buffer(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { exitCode: child.exitCode, stdout, stderr };
}

function lastLine(stderr: string): unknown {
  return JSON.parse(stderr.trim().split("\n").at(-1) ?? "");
}

describe("salon-produce --stdout", () => {
  it("prints as many lines as are asked for, and a summary", async () => {
    const argv = "--stdout --count 3000 --interval 0s --seed 7 --dirty 0.1".split(" ");
    const { exitCode, stdout, stderr } = await run(...argv);
    expect(exitCode).toBe(0);
    const lines = stdout.toString("latin1").split("\n");
    expect(lines.length).toBe(3_001);
    expect(lines.at(-1)).toBe("");
    const summary = lastLine(stderr) as { kinds: Record<string, number>; records: number };
    expect(summary).toMatchObject({
      level: "info",
      msg: expect.stringContaining("sent 3,000 records"),
      records: 3_000,
      seed: 7,
    });
    const kinds = Object.values(summary.kinds).reduce((sum, count) => sum + count);
    expect(kinds).toBe(3_000);
  });

  it("prints the same ratings for the same seed, but for the time of day", async () => {
    const argv = ["--stdout", "--count", "500", "--interval", "0s", "--seed", "11"];
    const withoutTime = async (): Promise<string> =>
      (await run(...argv)).stdout.toString().replaceAll(/"timestamp":"[^"]*"/g, "");
    const first = await withoutTime();
    expect(await withoutTime()).toBe(first);
  });

  it("keeps its pace until the duration is over", async () => {
    const { stdout, stderr } = await run("--stdout", "--rate", "50", "--duration", "1s");
    expect(stdout.toString().trim().split("\n").length).toBe(50);
    expect(lastLine(stderr)).toMatchObject({ records: 50 });
  });

  it.each(["SIGINT", "SIGTERM"] as const)("ends in order with a summary at %s", async (signal) => {
    const child = start("--stdout", "--interval", "10s");
    const stderr = text(child.stderr);
    await once(child.stdout, "data");
    child.kill(signal);
    const [exitCode] = await once(child, "close");
    expect(exitCode).toBe(0);
    expect(lastLine(await stderr)).toMatchObject({ records: 1, kinds: { clean: 1 } });
  });
});

describe("salon-produce", () => {
  it("names the flag and exits 2 for a wrong one", async () => {
    expect(await run("--duration", "soon")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^salon-produce: .*--duration.*\n$/),
    });
  });

  it("names the file that it cannot read", async () => {
    const argv = ["--security-protocol", "SSL", "--ssl-ca-file", "/nowhere/ca.pem"];
    const { exitCode, stderr } = await run(...argv);
    expect(exitCode).toBe(2);
    expect(lastLine(stderr)).toMatchObject({
      level: "fatal",
      msg: expect.stringMatching(/--ssl-ca-file.*\/nowhere\/ca\.pem/),
    });
  });
});
