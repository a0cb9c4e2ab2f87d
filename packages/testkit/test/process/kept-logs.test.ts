import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createWorkDirectory, startProcess } from "../../src/index.ts";
import { logsOfThisRun } from "../../src/process/kept-logs.ts";

it("leaves the logs of runs that are under way, and of no others", async () => {
  await using directory = await createWorkDirectory("reports");
  const parent = join(directory.path, "services");
  expect(logsOfThisRun(parent)).toBe(join(parent, String(process.pid)));
  await using other = await startProcess({ command: "sleep", args: ["60"] });
  await using ended = await startProcess({ command: "true" });
  await ended.exit;
  for (const { pid } of [other, ended])
    await mkdir(join(parent, `${pid}`, "shared"), { recursive: true });
  logsOfThisRun(parent);
  expect(await readdir(parent)).toEqual([String(other.pid)]);
});
