import { installGoProgram } from "./go-program.ts";

const MODULE = "github.com/versity/versitygw/cmd/versitygw@v1.8.0";

/** The path of the Versity S3 Gateway; as {@link installGoProgram}. */
export function installVersity(): Promise<string> {
  return installGoProgram("versitygw", MODULE);
}
