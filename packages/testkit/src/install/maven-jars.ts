import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { runProcess } from "../process/managed-process.ts";
import { installOnce } from "./install-cache.ts";
import { requireTool } from "./required-tool.ts";
import { retried } from "./retried.ts";

/** The sets of jars, each listed by `poms/<name>.xml`. */
export type JarSet =
  | "kafka4"
  | "kafka3"
  | "nessie"
  | "postgres"
  | "rest-catalog"
  | "spark"
  | "spark-kafka";

const COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
const runtimeOnly = ["-DincludeScope=runtime"];
const INSTALL_MAX_MS = 15 * 60_000;

/**
 * The directory with the jars of a set and all that they depend on, from Maven Central.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export function installJars(name: JarSet): Promise<string> {
  return installJarsOf(join(import.meta.dirname, "..", "..", "poms", `${name}.xml`));
}

/** As {@link installJars}, of a pom by its path. */
export async function installJarsOf(pom: string): Promise<string> {
  return installOnce({
    name: `jars-${basename(pom, ".xml")}`,
    key: await readFile(pom, "utf8"),
    install: async (directory) => {
      await requireTool("java");
      await requireTool("mvn");
      await retried(`the jars of ${pom}`, () =>
        runProcess({
          command: "mvn",
          args: ["-q", "-B", "-f", pom, COPY, ...runtimeOnly, `-DoutputDirectory=${directory}`],
          timeoutMs: INSTALL_MAX_MS,
        }),
      );
    },
  });
}

/** A class path of all jars of a set. */
export async function classPath(name: JarSet): Promise<string> {
  return join(await installJars(name), "*");
}
