import { expect, it } from "vitest";
import { runProcess, startProcess, waitUntilReady } from "../../src/index.ts";
import type { ManagedProcess } from "../../src/index.ts";

const node = (source: string, name = "the program"): Promise<ManagedProcess> =>
  startProcess({ command: process.execPath, args: ["-e", source], name });
const run = (source: string): Promise<string> =>
  runProcess({ command: process.execPath, args: ["-e", source], name: "it", timeoutMs: 5_000 });
const forever = "setInterval(() => {}, 1000); console.log('ready')";

it("keeps both streams and the exit code", async () => {
  const child = await node("console.log('out'); console.error('err'); process.exitCode = 3");
  expect(await child.exit).toEqual({ code: 3 });
  expect([child.stdout(), child.stderr()]).toEqual(["out\n", "err\n"]);
});

it("waits for a line, past or coming, of either stream", async () => {
  await using child = await node(
    "setTimeout(() => console.error('listening on 80'), 50);" + forever,
  );
  expect(await child.waitForLine(/listening/)).toBe("listening on 80");
  expect(await child.waitForLine(/ready/)).toBe("ready");
});

it("says what it waited for when the process ends first", async () => {
  await using child = await node("console.log('no memory')");
  await expect(child.waitForLine(/ready/)).rejects.toMatchObject({
    code: "PROCESS_FAILED",
    message: "the program ended before it printed /ready/; last lines:\nno memory",
  });
});

it("says what it waited for when time is up", async () => {
  await using child = await node(forever);
  await expect(child.waitForLine(/never/, { timeoutMs: 20 })).rejects.toMatchObject({
    code: "PROCESS_FAILED",
  });
});

it("ends a process that stands still", async () => {
  await using child = await node(forever);
  await child.waitForLine(/ready/);
  child.suspend();
  expect(await child.stop()).toEqual({ signal: "SIGTERM" });
});

it("kills a process that does not mind being asked", async () => {
  await using child = await node(`process.on('SIGTERM', () => {}); ${forever}`);
  await child.waitForLine(/ready/);
  expect(await child.stop({ graceMs: 50 })).toEqual({ signal: "SIGKILL" });
});

it("kills at once, once", async () => {
  await using child = await node(forever);
  child.signal();
  expect(await child.exit).toEqual({ signal: "SIGKILL" });
  child.signal();
});

it("passes text in", async () => {
  await using child = await node("process.stdin.on('data', (data) => console.log('got ' + data))");
  child.write("hello\n");
  expect(await child.waitForLine(/got/)).toBe("got hello");
});

it("returns what a run printed, or the last lines of one that failed", async () => {
  expect(await run("console.log(1)")).toBe("1\n");
  await expect(run("console.error('why'); process.exit(4)")).rejects.toThrow(
    "it ended with 4; last lines:\nwhy",
  );
});

it("stops waiting for a process that ended", async () => {
  const child = await node("console.log('bad flag')");
  await expect(waitUntilReady(child, () => Promise.resolve(false))).rejects.toThrow(
    "the program ended before it was ready; last lines:\nbad flag",
  );
});

it("stops waiting for a process that is never ready", async () => {
  await using child = await node(forever);
  const limits = { timeoutMs: 30, pauseMs: 10 };
  await expect(waitUntilReady(child, () => Promise.resolve(false), limits)).rejects.toThrow(
    "was not ready after 30 ms",
  );
});
