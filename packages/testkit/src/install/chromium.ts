import { installDebianPackages } from "./debian-packages.ts";

/**
 * The path of Chromium, installed from Debian's packages where it is not there; that needs root.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function installChromium(): Promise<string> {
  const path = "/usr/bin/chromium";
  await installDebianPackages([path], ["chromium", "fonts-dejavu-core"]);
  return path;
}
