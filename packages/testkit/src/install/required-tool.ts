import { runProcess } from "../process/managed-process.ts";
import { TestkitError } from "../testkit-error.ts";

/** Programs that services and readers are made with, and what to install where one is missing. */
const tools = {
  java: {
    args: ["-version"],
    install: "Java 17 or newer with keytool (Debian: openjdk-17-jre-headless)",
  },
  mvn: { args: ["--version"], install: "Maven 3.8 or newer (Debian: maven)" },
  openssl: { args: ["version"], install: "OpenSSL 1.1.1 or newer (Debian: openssl)" },
  go: { args: ["version"], install: "Go 1.26 or newer (https://go.dev/dl)" },
  python3: {
    args: ["-c", "import venv, ensurepip"],
    install: "Python 3.11 or newer with venv (Debian: python3-venv)",
  },
} as const;

/** A program of {@link requireTool}. */
export type ToolName = keyof typeof tools;

/**
 * Makes sure that a program of the machine runs.
 *
 * Errors: `TOOL_MISSING`, whose message names what to install.
 */
export async function requireTool(name: ToolName): Promise<void> {
  const { args, install } = tools[name];
  try {
    await runProcess({ command: name, args });
  } catch (cause) {
    throw new TestkitError("TOOL_MISSING", `${name} does not run here: install ${install}`, {
      cause,
    });
  }
}
