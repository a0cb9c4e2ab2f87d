import { join } from "node:path";
import { runProcess } from "../process/managed-process.ts";
import { installOnce } from "./install-cache.ts";
import { requireTool } from "./required-tool.ts";
import { retried } from "./retried.ts";

const BUILD_MAX_MS = 20 * 60_000;

/**
 * The path of a program that is built from the sources of a Go module, `path@version`; that takes
 * minutes the first time.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function installGoProgram(name: string, module: string): Promise<string> {
  const directory = await installOnce({
    name,
    key: module,
    install: async (directory) => {
      await requireTool("go");
      await retried(module, () =>
        runProcess({
          command: "go",
          args: ["install", module],
          env: { GOBIN: directory },
          timeoutMs: BUILD_MAX_MS,
        }),
      );
    },
  });
  return join(directory, name);
}
