import { join, relative } from "node:path";
import { afterAll, afterEach, beforeEach, expect } from "vitest";
import type { RunnerTask, RunnerTestSuite } from "vitest";
import { isLogInUse, keepLogsIn, linesAfter, measureLogs } from "./process/kept-logs.ts";
import type { LogSizes } from "./process/kept-logs.ts";

const LINES_MAX = 40;
const logs = process.env["SALON_TEST_LOGS"];
if (logs !== undefined) tellLogsOfFailures(logs, expect.getState().testPath ?? "unnamed");

/**
 * Vitest's `setupFiles` of tests that use real services: what the processes of a test file print is
 * kept in a directory of its own, and a test that fails shows what they, and the shared services
 * that its file uses, have printed since it began.
 */
function tellLogsOfFailures(directory: string, testPath: string): void {
  const shared = join(directory, "shared");
  const own = join(directory, relative(process.cwd(), testPath).replaceAll("/", "."));
  keepLogsIn(own);
  const measure = (): LogSizes => measureLogs([shared, own]);
  const fileBegan = measure();
  const taskBegan = new WeakMap<RunnerTask, LogSizes>();

  const tell = (name: string, began: LogSizes): void => {
    for (const [path, sizeBytes] of measure()) {
      const before = began.get(path) ?? 0;
      const isOwn = path.startsWith(own);
      if (sizeBytes === before || !(isOwn || isLogInUse(path))) continue;
      const lines = linesAfter(path, before, LINES_MAX);
      process.stderr.write(`\nLogged since "${name}" began, the last of ${path}:\n${lines}\n`);
    }
  };
  beforeEach(({ task }) => void taskBegan.set(task, measure()));
  afterEach(({ task }) => {
    if (task.result?.state === "fail") tell(task.name, taskBegan.get(task) ?? fileBegan);
  });
  const tellOfHooks = (_context: object, suite: RunnerTestSuite): void => {
    if (hasFailedHook(suite)) tell(suite.file.name, fileBegan);
  };
  // Vitest looks for fixtures in the first parameter of a hook; a bound function shows none.
  afterAll(tellOfHooks.bind(undefined));
}

/** Tests that a `beforeAll` kept from running have failed nowhere themselves. */
function hasFailedHook(task: RunnerTask): boolean {
  if (task.type !== "suite") return false;
  return (task.result?.errors?.length ?? 0) > 0 || task.tasks.some(hasFailedHook);
}
