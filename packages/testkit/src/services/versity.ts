import { join } from "node:path";
import { mkdir } from "node:fs/promises";
import { installVersity } from "../install/versity-binary.ts";
import { freePort } from "../process/free-port.ts";
import { startProcess, waitUntilReady } from "../process/managed-process.ts";
import { createWorkDirectory } from "../process/work-directory.ts";
import { answersOk } from "./minio.ts";
import type { S3Access } from "./minio.ts";

/** A running Versity S3 Gateway on 127.0.0.1, with no buckets. */
export interface VersityService extends S3Access, AsyncDisposable {}

const ROOT = { accessKeyId: "admin", secretAccessKey: "password", region: "us-east-1" };

/**
 * Starts the gateway on a directory of its own; resolves when it serves requests.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`, `PROCESS_FAILED`.
 */
export async function startVersity(): Promise<VersityService> {
  const command = await installVersity();
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await createWorkDirectory("versity"));
  const data = join(directory.path, "data");
  await mkdir(data);
  const host = `127.0.0.1:${await freePort()}`;
  const child = resources.use(
    await startProcess({
      command,
      args: ["--port", host, "--health", "/health", "posix", data],
      env: {
        ROOT_ACCESS_KEY: ROOT.accessKeyId,
        ROOT_SECRET_KEY: ROOT.secretAccessKey,
        VGW_REGION: ROOT.region,
      },
      name: "the Versity S3 Gateway",
    }),
  );
  const endpoint = `http://${host}`;
  await waitUntilReady(child, () => answersOk(`${endpoint}/health`));
  const owned = resources.move();
  return { endpoint, ...ROOT, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
