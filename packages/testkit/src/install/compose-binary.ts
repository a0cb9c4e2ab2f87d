import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProcess } from "../process/managed-process.ts";
import { installOnce } from "./install-cache.ts";
import { requireTool } from "./required-tool.ts";
import { retried } from "./retried.ts";

/**
 * The module excludes versions of others, which `go install` refuses: so it is built as a
 * dependency of a module that repeats them.
 */
const GO_MOD = `module salon/compose

go 1.26

require github.com/docker/compose/v5 v5.5.0

exclude (
	github.com/davecgh/go-spew v1.1.2-0.20180830191138-d8f796af33cc
	github.com/pmezard/go-difflib v1.0.1-0.20181226105442-5d4384ee4fb2
)
`;
const PACKAGE = "github.com/docker/compose/v5/cmd";
const BUILD_MAX_MS = 20 * 60_000;

/**
 * The path of Docker Compose, built from its sources; that takes minutes the first time. Its
 * `config` needs no engine.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function installCompose(): Promise<string> {
  const directory = await installOnce({
    name: "compose",
    key: GO_MOD,
    install: async (directory) => {
      await requireTool("go");
      await writeFile(join(directory, "go.mod"), GO_MOD);
      await retried(PACKAGE, () =>
        runProcess({
          command: "go",
          args: ["build", "-mod=mod", "-o", join(directory, "docker-compose"), PACKAGE],
          cwd: directory,
          timeoutMs: BUILD_MAX_MS,
        }),
      );
    },
  });
  return join(directory, "docker-compose");
}
