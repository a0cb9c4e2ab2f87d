import { noteUseOf } from "../process/kept-logs.ts";
import { TestkitError } from "../testkit-error.ts";
import { startKafka } from "./kafka.ts";
import { createBucket, startMinio } from "./minio.ts";
import type { S3Access } from "./minio.ts";
import { startRestCatalog } from "./rest-catalog.ts";

/**
 * Services that all test files of a run use: names of topics, tables and prefixes must be unique.
 */
export interface SharedServices {
  readonly kafka: { readonly bootstrapServers: string };
  readonly s3: S3Access;
  /** A bucket that exists. */
  readonly bucket: string;
  readonly restCatalog: { readonly uri: string; readonly warehouse: string };
}

type Environment = Record<string, string | undefined>;

const KAFKA = "SALON_TEST_KAFKA";
const S3_ENDPOINT = "SALON_TEST_S3_ENDPOINT";
const S3_ACCESS_KEY_ID = "SALON_TEST_S3_ACCESS_KEY_ID";
const S3_SECRET_ACCESS_KEY = "SALON_TEST_S3_SECRET_ACCESS_KEY";
const S3_REGION = "SALON_TEST_S3_REGION";
const REST_CATALOG = "SALON_TEST_REST_CATALOG";
const REST_WAREHOUSE = "SALON_TEST_REST_WAREHOUSE";
const BUCKET = "warehouse";

/**
 * The services of this run, as `SALON_TEST_…` variables name them: those of the caller, or those
 * that {@link startSharedServices} started.
 *
 * Errors: `SERVICE_NOT_RUNNING`.
 */
export function useSharedServices(env: Environment = process.env): SharedServices {
  noteUseOf("Kafka", "MinIO", "the REST catalog");
  return {
    kafka: { bootstrapServers: required(env, KAFKA) },
    s3: s3Access(env),
    bucket: BUCKET,
    restCatalog: {
      uri: required(env, REST_CATALOG),
      warehouse: env[REST_WAREHOUSE] ?? `s3://${BUCKET}/rest`,
    },
  };
}

/**
 * Starts the services that `env` does not name and names them there. Disposal ends those, and takes
 * their names away.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`, `PROCESS_FAILED`.
 */
export async function startSharedServices(
  env: Environment = process.env,
): Promise<AsyncDisposable> {
  await using resources = new AsyncDisposableStack();
  const name = (variable: string, value: string): void => {
    env[variable] = value;
    resources.defer(() => {
      delete env[variable];
    });
  };
  const kafka = env[KAFKA] === undefined ? startKafka() : undefined;
  try {
    if (env[S3_ENDPOINT] === undefined) {
      name(S3_ENDPOINT, resources.use(await startMinio()).endpoint);
    }
    await createBucket(s3Access(env), BUCKET);
    if (env[REST_CATALOG] === undefined) {
      const warehouse = `s3://${BUCKET}/rest`;
      const catalog = await startRestCatalog({ s3: s3Access(env), warehouse });
      name(REST_CATALOG, resources.use(catalog).uri);
    }
  } finally {
    // Started beside the others, so it is also there to be ended when one of them failed.
    if (kafka !== undefined) name(KAFKA, resources.use(await kafka).bootstrapServers);
  }
  return resources.move();
}

function s3Access(env: Environment): S3Access {
  return {
    endpoint: required(env, S3_ENDPOINT),
    accessKeyId: env[S3_ACCESS_KEY_ID] ?? "admin",
    secretAccessKey: env[S3_SECRET_ACCESS_KEY] ?? "password",
    region: env[S3_REGION] ?? "us-east-1",
  };
}

function required(env: Environment, variable: string): string {
  const value = env[variable];
  if (value !== undefined && value !== "") return value;
  throw new TestkitError(
    "SERVICE_NOT_RUNNING",
    `${variable} is not set: run the test with \`npm run test:interop\`, which starts the services`,
  );
}
