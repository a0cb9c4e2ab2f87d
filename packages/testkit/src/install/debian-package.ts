import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { runProcess } from "../process/managed-process.ts";
import { TestkitError } from "../testkit-error.ts";
import { installOnce } from "./install-cache.ts";
import { retried } from "./retried.ts";

const INSTALL_MAX_MS = 10 * 60_000;
const LOCK = ["-o", "DPkg::Lock::Timeout=600"];

/**
 * The path of Chromium, installed from Debian's packages where it is not there; that needs root.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function installChromium(): Promise<string> {
  const path = "/usr/bin/chromium";
  const isThere = await runProcess({ command: path, args: ["--version"] }).then(
    () => true,
    () => false,
  );
  if (isThere) return path;
  await requireApt("chromium (Debian: chromium)");
  await retried("chromium", async () => {
    await runApt(["update"]);
    await runApt(["install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"]);
  });
  return path;
}

/**
 * The path of Prometheus's promtool, unpacked from its Debian package.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function installPromtool(): Promise<string> {
  const directory = await installOnce({
    name: "promtool",
    key: "prometheus",
    install: async (directory) => {
      await requireApt("promtool (Debian: prometheus)");
      await retried("promtool", async () => {
        await runApt(["update"]);
        await runProcess({
          command: "apt-get",
          args: ["download", "prometheus"],
          cwd: directory,
          timeoutMs: INSTALL_MAX_MS,
        });
      });
      const [file = ""] = (await readdir(directory)).filter((name) => name.endsWith(".deb"));
      await runProcess({ command: "dpkg", args: ["-x", join(directory, file), directory] });
    },
  });
  return join(directory, "usr", "bin", "promtool");
}

async function requireApt(what: string): Promise<void> {
  try {
    await runProcess({ command: "apt-get", args: ["--version"] });
  } catch (cause) {
    throw new TestkitError("TOOL_MISSING", `no apt-get here: install ${what}`, { cause });
  }
}

function runApt(args: readonly string[]): Promise<unknown> {
  return runProcess({
    command: "apt-get",
    args: [...LOCK, ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    timeoutMs: INSTALL_MAX_MS,
  });
}
