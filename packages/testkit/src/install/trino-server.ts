import { join } from "node:path";
import { runProcess } from "../process/managed-process.ts";
import { installOnce } from "./install-cache.ts";
import { requireTool } from "./required-tool.ts";
import { retried } from "./retried.ts";

/** The newest of which Maven Central has the server. */
const VERSION = "476";
const UNPACK = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack";
const DOWNLOAD_MAX_MS = 15 * 60_000;

/** Where an installed Trino is. */
export interface TrinoServer {
  readonly jars: string;
  /** Only that for Iceberg is in it. */
  readonly plugins: string;
}

/**
 * Trino's server and its plugin for Iceberg, from Maven Central.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function installTrino(): Promise<TrinoServer> {
  const directory = await installOnce({ name: "trino", key: VERSION, install: unpack });
  return {
    jars: join(directory, `trino-server-core-${VERSION}`, "lib"),
    plugins: join(directory, "plugin"),
  };
}

async function unpack(directory: string): Promise<void> {
  await requireTool("java");
  await requireTool("mvn");
  for (const [artifact, target] of [
    [`io.trino:trino-server-core:${VERSION}:tar.gz`, directory],
    [`io.trino:trino-iceberg:${VERSION}:zip`, join(directory, "plugin")],
  ] as const) {
    await retried(artifact, () =>
      runProcess({
        command: "mvn",
        args: ["-q", "-B", UNPACK, `-Dartifact=${artifact}`, `-DoutputDirectory=${target}`],
        // Outside of a project the plugin keeps notes of what it unpacked where it runs.
        cwd: directory,
        timeoutMs: DOWNLOAD_MAX_MS,
      }),
    );
  }
}
