import { startProcess } from "./managed-process.ts";
import type { ManagedProcess, ProcessSettings } from "./managed-process.ts";

/**
 * Starts a program of this workspace from its sources, on the Node that runs this: no build comes
 * first. `entry` is the path or file URL of its main file.
 *
 * Errors: `PROCESS_FAILED` when it cannot be started.
 */
export function startNodeProgram(
  settings: Omit<ProcessSettings, "command"> & { readonly entry: string | URL },
): Promise<ManagedProcess> {
  const { entry, args = [], env = {}, ...rest } = settings;
  const path = entry instanceof URL ? entry.pathname : entry;
  return startProcess({
    name: path,
    ...rest,
    command: process.execPath,
    args: ["--conditions=@salon/source", path, ...args],
    // What the test runner sets for its own workers is none of the program's business.
    env: { NODE_OPTIONS: undefined, NODE_ENV: undefined, VITEST: undefined, ...env },
  });
}
