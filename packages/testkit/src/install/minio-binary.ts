import { join } from "node:path";
import { runProcess } from "../process/managed-process.ts";
import { installOnce } from "./install-cache.ts";
import { requireTool } from "./required-tool.ts";
import { retried } from "./retried.ts";

/** The newest commit of the project, which publishes no versions as Go modules any more. */
const MODULE = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c";
const BUILD_MAX_MS = 20 * 60_000;

/**
 * The path of the MinIO server, built from its sources; that takes minutes the first time.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function installMinio(): Promise<string> {
  const directory = await installOnce({
    name: "minio",
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
  return join(directory, "minio");
}
