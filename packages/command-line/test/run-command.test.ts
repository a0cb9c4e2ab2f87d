import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { packageVersion } from "../src/run-command.ts";

const FIXTURE = fileURLToPath(new URL("./fixtures/command.ts", import.meta.url));

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...argv: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, ["-C", "@salon/source", FIXTURE, ...argv]);
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function run(...argv: string[]): Promise<Ended> {
  const child = start(...argv);
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { exitCode: child.exitCode, stdout, stderr };
}

describe("runCommand", () => {
  it("ends with 0, or with what the work returns", async () => {
    expect(await run()).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(await run("--job", "return-7")).toMatchObject({ exitCode: 7 });
  });

  it("prints help on standard output", async () => {
    const { exitCode, stdout, stderr } = await run("--help");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("Usage: salon-test");
  });

  it("ends with 2 and one line for a wrong command line", async () => {
    expect(await run("--jab", "x")).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringMatching(/^salon-test: .*--jab.*\n$/),
    });
  });

  it("says an error in one sentence, with the stack only at debug", async () => {
    const argv = ["--job", "fail", "--log-format", "pretty"];
    expect(await run(...argv)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "salon-test: cannot read /a\n",
    });
    const { stderr } = await run(...argv, "--log-level", "debug");
    expect(stderr).toMatch(/^salon-test: cannot read \/a\n[^]*\n {4}at /);
  });

  it("says an error as one JSON object where nobody watches", async () => {
    const { exitCode, stderr } = await run("--job", "break");
    expect(exitCode).toBe(1);
    expect(JSON.parse(stderr)).toEqual({
      level: "fatal",
      time: expect.any(String),
      msg: "unexpected error: broken; --log-level debug shows where",
    });
    const debug = await run("--job", "break", "--log-level", "debug");
    expect(JSON.parse(debug.stderr)).toMatchObject({
      err: { stack: expect.stringContaining("at ") },
    });
  });

  it("says an error that nobody awaited like any other", async () => {
    expect(await run("--job", "forget", "--log-format", "pretty")).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "salon-test: unexpected error: forgotten; --log-level debug shows where\n",
    });
  });

  it.each(["SIGINT", "SIGTERM"] as const)("finishes in order at the first %s", async (signal) => {
    const child = start("--job", "wait");
    await once(child.stdout, "data");
    child.kill(signal);
    const [exitCode] = await once(child, "close");
    expect(exitCode).toBe(0);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends at once at the second %s", async (signal, code) => {
    const child = start("--job", "hang");
    await once(child.stdout, "data");
    child.kill(signal);
    await once(child.stderr, "data");
    child.kill(signal);
    const [exitCode] = await once(child, "close");
    expect(exitCode).toBe(code);
  });

  it("is content when the reader of its output has seen enough", async () => {
    const child = start("--job", "print");
    const stderr = text(child.stderr);
    await once(child.stdout, "data");
    child.stdout.destroy();
    const [exitCode] = await once(child, "close");
    expect({ exitCode, stderr: await stderr }).toEqual({ exitCode: 0, stderr: "" });
  });
});

describe("packageVersion", () => {
  it("is the version in the package's manifest", () => {
    expect(packageVersion(new URL("../src/index.ts", import.meta.url).href)).toBe("0.1.0");
  });
});
