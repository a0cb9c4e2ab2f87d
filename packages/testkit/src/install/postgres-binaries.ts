import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { runProcess } from "../process/managed-process.ts";
import { installOnce } from "./install-cache.ts";
import { installJars } from "./maven-jars.ts";
import { requireTool } from "./required-tool.ts";

/** Unpacks the archive that the jar holds. */
const UNPACK = `
import io, sys, tarfile, zipfile
jar = zipfile.ZipFile(sys.argv[1])
name = next(each for each in jar.namelist() if each.endswith(".txz"))
tarfile.open(fileobj=io.BytesIO(jar.read(name)), mode="r:xz").extractall(sys.argv[2])
`;

/**
 * The directory of PostgreSQL's programs, from Maven Central: `bin`, `lib`, `share`.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function installPostgres(): Promise<string> {
  const jars = await installJars("postgres");
  const jar = (await readdir(jars)).find((name) => name.startsWith("embedded-postgres-binaries"));
  return installOnce({
    name: "postgres",
    key: jar ?? "",
    install: async (directory) => {
      await requireTool("python3");
      const args = ["-c", UNPACK, join(jars, jar ?? ""), directory];
      await runProcess({ command: "python3", args, name: "unpacking PostgreSQL" });
    },
  });
}
