import { join } from "node:path";
import { runProcess } from "../process/managed-process.ts";
import { installOnce } from "./install-cache.ts";
import { requireTool } from "./required-tool.ts";
import { retried } from "./retried.ts";

const MODULE = "github.com/versity/versitygw/cmd/versitygw@v1.8.0";
const BUILD_MAX_MS = 20 * 60_000;

/**
 * The path of the Versity S3 Gateway, built from its sources; that takes minutes the first time.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function installVersity(): Promise<string> {
  const directory = await installOnce({
    name: "versitygw",
    key: MODULE,
    install: async (directory) => {
      await requireTool("go");
      await retried(MODULE, () =>
        runProcess({
          command: "go",
          args: ["install", MODULE],
          env: { GOBIN: directory },
          timeoutMs: BUILD_MAX_MS,
        }),
      );
    },
  });
  return join(directory, "versitygw");
}
