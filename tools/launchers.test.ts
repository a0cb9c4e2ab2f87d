import { cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createWorkDirectory, runProcess } from "@salon/testkit";
import { describe, expect, it } from "vitest";

const APPS = new URL("../apps/", import.meta.url).pathname;

/** The files that start the programs, from `apps` on. */
const launchers = (await readdir(APPS, { recursive: true })).filter((path) =>
  /^[^/]+\/bin\/salon-.*\.js$/.test(path),
);

describe.each(launchers)("%s", (path) => {
  it("keeps compiled code at home, and starts without where none can be kept", async () => {
    await using work = await createWorkDirectory("launcher");
    const launcher = join(work.path, path);
    await mkdir(join(dirname(launcher), "../dist"), { recursive: true });
    await mkdir(dirname(launcher));
    await cp(join(APPS, path), launcher);
    await writeFile(join(dirname(launcher), "../package.json"), '{ "type": "module" }');
    await writeFile(join(dirname(launcher), "../dist/main.js"), 'console.log("started");');
    const home = join(work.path, "home");
    await mkdir(home);
    // Nothing can be made in /proc, which the system says in a way of its own.
    for (const HOME of [home, home, join(work.path, "absent"), "/proc", "", undefined]) {
      const run = { command: process.execPath, args: [launcher], env: { HOME }, timeoutMs: 10_000 };
      expect(await runProcess(run)).toBe("started\n");
    }
    expect(await readdir(join(home, ".cache/salon"))).toHaveLength(1);
    expect(await readdir(work.path)).not.toContain("absent");
  });
});
