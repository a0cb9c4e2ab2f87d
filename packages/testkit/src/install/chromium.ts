import { runProcess } from "../process/managed-process.ts";
import { TestkitError } from "../testkit-error.ts";
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
  await requireApt();
  await retried("chromium", async () => {
    await runApt(["update"]);
    await runApt(["install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"]);
  });
  return path;
}

async function requireApt(): Promise<void> {
  try {
    await runProcess({ command: "apt-get", args: ["--version"] });
  } catch (cause) {
    const message = "no apt-get here: install chromium (Debian: chromium)";
    throw new TestkitError("TOOL_MISSING", message, { cause });
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
