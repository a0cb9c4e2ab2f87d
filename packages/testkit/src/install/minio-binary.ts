import { installGoProgram } from "./go-program.ts";

/** The newest commit of the project, which publishes no versions as Go modules any more. */
const MODULE = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c";

/** The path of the MinIO server; as {@link installGoProgram}. */
export function installMinio(): Promise<string> {
  return installGoProgram("minio", MODULE);
}
