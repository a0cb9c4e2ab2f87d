import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { runProcess } from "../process/managed-process.ts";
import { TestkitError } from "../testkit-error.ts";
import { installOnce } from "./install-cache.ts";
import { retried } from "./retried.ts";

const DOWNLOAD_MAX_MS = 5 * 60_000;

/**
 * The path of a program of Prometheus: the machine's own, else that of Debian's package, unpacked
 * and not installed. To build Prometheus from its sources would take as long as all the other
 * services.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function installPrometheus(program: "prometheus" | "promtool"): Promise<string> {
  if (await runs(program, ["--version"])) return program;
  if (!(await runs("apt-get", ["--version"]))) {
    throw new TestkitError(
      "TOOL_MISSING",
      `${program} does not run here: install Prometheus (Debian: prometheus)`,
    );
  }
  const directory = await installOnce({ name: "prometheus", key: "debian", install: unpack });
  return join(directory, "usr", "bin", program);
}

async function unpack(directory: string): Promise<void> {
  const run = (command: string, ...args: readonly string[]): Promise<string> =>
    runProcess({ command, args, cwd: directory, timeoutMs: DOWNLOAD_MAX_MS });
  await retried("Debian's package prometheus", async () => {
    // The list of packages is absent or outdated on a new machine.
    await run("apt-get", "--quiet", "update");
    await run("apt-get", "--quiet", "download", "prometheus");
  });
  const [archive = ""] = (await readdir(directory)).filter((name) => name.endsWith(".deb"));
  await run("dpkg-deb", "--extract", archive, directory);
}

async function runs(command: string, args: readonly string[]): Promise<boolean> {
  return runProcess({ command, args }).then(
    () => true,
    () => false,
  );
}
