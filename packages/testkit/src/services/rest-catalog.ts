import { join } from "node:path";
import { classPath } from "../install/maven-jars.ts";
import { requireTool } from "../install/required-tool.ts";
import { freePort } from "../process/free-port.ts";
import { startProcess, waitUntilReady } from "../process/managed-process.ts";
import { createWorkDirectory } from "../process/work-directory.ts";
import { answersOk } from "./minio.ts";
import type { S3Access } from "./minio.ts";

/** Where the catalog's tables lie: under a prefix of a bucket, or in a directory of its own. */
export interface RestCatalogSettings {
  readonly s3?: S3Access | undefined;
  /** `s3://bucket/prefix` with `s3`; else a local path. Absent: a directory that ends with the service. */
  readonly warehouse?: string | undefined;
  /** The file of SQLite that it keeps its tables in; absent: one that ends with the service. */
  readonly databasePath?: string | undefined;
}

/** A running reference REST catalog of Apache Iceberg, kept in SQLite. */
export interface RestCatalogService extends AsyncDisposable {
  /** Paths are `<uri>/v1/…`, without a prefix. */
  readonly uri: string;
  readonly warehouse: string;
  readonly pid: number;
  logs(): string;
  suspend(): void;
  resume(): void;
  /** Ends it and removes a database of its own; files in S3 stay. */
  stop(): Promise<void>;
}

const JVM = ["-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/**
 * Starts the REST catalog; resolves when it serves requests. Its class has no setting for the
 * address, so unlike the others it listens on all of the machine's.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`, `PROCESS_FAILED`.
 */
export async function startRestCatalog(
  settings: RestCatalogSettings = {},
): Promise<RestCatalogService> {
  await requireTool("java");
  const jars = await classPath("rest-catalog");
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await createWorkDirectory("rest-catalog"));
  const warehouse = settings.warehouse ?? `file://${join(directory.path, "warehouse")}`;
  const databasePath = settings.databasePath ?? join(directory.path, "catalog.db");
  const port = await freePort();
  const uri = `http://127.0.0.1:${port}`;
  const child = resources.use(
    await startProcess({
      command: "java",
      args: [...JVM, "-cp", jars, "org.apache.iceberg.rest.RESTCatalogServer"],
      env: {
        CATALOG_CATALOG__IMPL: "org.apache.iceberg.jdbc.JdbcCatalog",
        CATALOG_URI: `jdbc:sqlite:${databasePath}`,
        CATALOG_JDBC_USER: "user",
        CATALOG_JDBC_PASSWORD: "password",
        CATALOG_WAREHOUSE: warehouse,
        CATALOG_REST_PORT: String(port),
        ...ioEnvironment(settings.s3),
      },
      name: "the REST catalog",
    }),
  );
  await waitUntilReady(child, () => answersOk(`${uri}/v1/config`));
  const owned = resources.move();
  return {
    uri,
    warehouse,
    pid: child.pid,
    logs: () => child.stdout() + child.stderr(),
    suspend: () => child.suspend(),
    resume: () => child.resume(),
    stop: () => owned.disposeAsync(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function ioEnvironment(s3: S3Access | undefined): Record<string, string> {
  if (s3 === undefined) return { CATALOG_IO__IMPL: "org.apache.iceberg.hadoop.HadoopFileIO" };
  return {
    CATALOG_IO__IMPL: "org.apache.iceberg.aws.s3.S3FileIO",
    CATALOG_S3_ENDPOINT: s3.endpoint,
    CATALOG_S3_PATH__STYLE__ACCESS: "true",
    CATALOG_CLIENT_REGION: s3.region,
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    AWS_REGION: s3.region,
  };
}
