import { access } from "node:fs/promises";
import { runProcess } from "../process/managed-process.ts";
import { TestkitError } from "../testkit-error.ts";
import { retried } from "./retried.ts";

const INSTALL_MAX_MS = 10 * 60_000;
const LOCK = ["-o", "DPkg::Lock::Timeout=600"];

/**
 * Installs packages of Debian, where one of the programs at these paths is missing; that needs
 * root.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function installDebianPackages(
  programs: readonly string[],
  packages: readonly string[],
): Promise<void> {
  const found = await Promise.all(programs.map(isThere));
  if (found.every(Boolean)) return;
  await requireApt(packages);
  await retried(packages.join(", "), async () => {
    await runApt(["update"]);
    await runApt(["install", "-y", "--no-install-recommends", ...packages]);
  });
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function requireApt(packages: readonly string[]): Promise<void> {
  try {
    await runProcess({ command: "apt-get", args: ["--version"] });
  } catch (cause) {
    const message = `no apt-get here: install what Debian has as ${packages.join(", ")}`;
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
