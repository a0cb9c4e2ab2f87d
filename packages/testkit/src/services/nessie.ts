import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { installJava } from "../install/java.ts";
import { installJars } from "../install/maven-jars.ts";
import { freePort } from "../process/free-port.ts";
import { startProcess, waitUntilReady } from "../process/managed-process.ts";
import { createWorkDirectory } from "../process/work-directory.ts";
import { answersOk } from "./minio.ts";
import type { S3Access } from "./minio.ts";

/** Where the catalog's tables lie, and whom it serves. */
export interface NessieSettings {
  /** A store with an STS of its own, such as MinIO. */
  readonly s3: S3Access;
  /** `s3://bucket/prefix`. */
  readonly warehouse: string;
  /** Of the tokens that it takes (base64 of X.509); absent: it serves whoever comes. */
  readonly publicKey?: string | undefined;
}

/** A running Nessie on 127.0.0.1, which forgets its tables when it ends. */
export interface NessieService extends AsyncDisposable {
  /** Paths are `<uri>/v1/main/…`. */
  readonly uri: string;
  readonly pid: number;
  logs(): string;
}

const JVM = ["-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
/** MinIO takes any role, and gives credentials for no less. */
const ROLE = "arn:aws:iam::123456789012:role/salon";
const SESSION_MIN = "PT15M";

/**
 * Starts Nessie; resolves when it serves requests. Tables are loaded with credentials of the
 * store's STS that reach their folder alone.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`, `PROCESS_FAILED`.
 */
export async function startNessie(settings: NessieSettings): Promise<NessieService> {
  const jars = await installJars("nessie");
  const jar = (await readdir(jars)).find((name) => name.endsWith("-runner.jar"));
  const command = await installJava(21);
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await createWorkDirectory("nessie"));
  const [port, managementPort] = [await freePort(), await freePort()];
  const properties = {
    "quarkus.http.host": "127.0.0.1",
    "quarkus.http.port": String(port),
    "quarkus.management.host": "127.0.0.1",
    "quarkus.management.port": String(managementPort),
    "quarkus.log.level": "WARN",
    "quarkus.http.access-log.enabled": "false",
    "nessie.version.store.type": "IN_MEMORY",
    ...catalogProperties(settings),
    ...authenticationProperties(settings.publicKey),
  };
  const child = resources.use(
    await startProcess({
      command,
      args: [
        ...JVM,
        ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
        "-jar",
        join(jars, jar ?? ""),
      ],
      cwd: directory.path,
      name: "Nessie",
    }),
  );
  await waitUntilReady(
    child,
    () => answersOk(`http://127.0.0.1:${managementPort}/q/health/ready`),
    {
      timeoutMs: 180_000,
    },
  );
  const owned = resources.move();
  return {
    uri: `http://127.0.0.1:${port}/iceberg`,
    pid: child.pid,
    logs: () => child.stdout() + child.stderr(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function catalogProperties({ s3, warehouse }: NessieSettings): Record<string, string> {
  const store = "nessie.catalog.service.s3.default-options";
  return {
    "nessie.catalog.default-warehouse": "warehouse",
    "nessie.catalog.warehouses.warehouse.location": warehouse,
    [`${store}.endpoint`]: s3.endpoint,
    [`${store}.sts-endpoint`]: s3.endpoint,
    [`${store}.region`]: s3.region,
    [`${store}.path-style-access`]: "true",
    [`${store}.access-key`]: "urn:nessie-secret:quarkus:store",
    "store.name": s3.accessKeyId,
    "store.secret": s3.secretAccessKey,
    [`${store}.request-signing-enabled`]: "false",
    [`${store}.client-iam.enabled`]: "true",
    [`${store}.client-iam.assume-role`]: ROLE,
    [`${store}.client-iam.session-duration`]: SESSION_MIN,
  };
}

function authenticationProperties(publicKey: string | undefined): Record<string, string> {
  if (publicKey === undefined) return {};
  return {
    "nessie.server.authentication.enabled": "true",
    "quarkus.oidc.tenant-enabled": "true",
    "quarkus.oidc.client-id": "nessie",
    "quarkus.oidc.public-key": publicKey,
  };
}
