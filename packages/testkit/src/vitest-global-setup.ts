import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { keepLogsIn, logsOfThisRun } from "./process/kept-logs.ts";
import { startSharedReaders } from "./readers/shared-readers.ts";
import { startSharedServices } from "./services/shared-services.ts";

/**
 * Vitest's `globalSetup` of tests that use real services: one set of them for the whole run. The
 * logs of all are kept in `services` of `$CI_REPORTS`, else of `node_modules/.cache/salon`.
 */
export default async function setup({ config }: TestProject): Promise<() => Promise<void>> {
  const reports = process.env["CI_REPORTS"] ?? join(config.root, "node_modules/.cache/salon");
  const logs = logsOfThisRun(join(reports, "services"));
  keepLogsIn(join(logs, "shared"));
  process.env["SALON_TEST_LOGS"] = logs;
  await using resources = new AsyncDisposableStack();
  resources.use(await startSharedServices());
  resources.use(await startSharedReaders());
  const owned = resources.move();
  return () => owned.disposeAsync();
}
