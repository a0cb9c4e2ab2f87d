import { copyFile, mkdir } from "node:fs/promises";
import { get } from "node:https";
import { join } from "node:path";
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { installMinio } from "../install/minio-binary.ts";
import { freePort } from "../process/free-port.ts";
import { startProcess, waitUntilReady } from "../process/managed-process.ts";
import { createWorkDirectory } from "../process/work-directory.ts";

/** How to reach an S3 store. Plain data. */
export interface S3Access {
  /** `http://host:port` or `https://host:port`; buckets by path. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** A running MinIO on 127.0.0.1, with no buckets. */
export interface MinioService extends S3Access, AsyncDisposable {
  readonly pid: number;
  logs(): string;
  createBucket(name: string): Promise<void>;
  /** SIGSTOP and SIGCONT: the store hangs, then goes on. */
  suspend(): void;
  resume(): void;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** How a MinIO is started. */
export interface MinioSettings {
  /** Buckets that are there from the start. */
  readonly buckets?: readonly string[] | undefined;
  /** PEM files of a certificate for 127.0.0.1, whole with its chain, and its key: it speaks TLS. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Variables of its own, as `MINIO_IDENTITY_OPENID_CONFIG_URL`. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** The user that a started MinIO has. */
const ROOT = { accessKeyId: "admin", secretAccessKey: "password", region: "us-east-1" };

/**
 * Starts MinIO; resolves when it serves requests.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`, `PROCESS_FAILED`.
 */
export async function startMinio(settings: MinioSettings = {}): Promise<MinioService> {
  const { buckets = [], tls, env = {} } = settings;
  const command = await installMinio();
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await createWorkDirectory("minio"));
  const data = join(directory.path, "data");
  await mkdir(data);
  // It takes a directory that is there for a bucket.
  for (const bucket of buckets) await mkdir(join(data, bucket));
  const certificates = join(directory.path, "certificates");
  await mkdir(certificates);
  if (tls !== undefined) {
    await copyFile(tls.certFile, join(certificates, "public.crt"));
    await copyFile(tls.keyFile, join(certificates, "private.key"));
  }
  const host = `127.0.0.1:${await freePort()}`;
  const consoleHost = `127.0.0.1:${await freePort()}`;
  const endpoint = `${tls === undefined ? "http" : "https"}://${host}`;
  const child = resources.use(
    await startProcess({
      command,
      args: [
        "server",
        `--address=${host}`,
        `--console-address=${consoleHost}`,
        `--certs-dir=${certificates}`,
        data,
      ],
      env: {
        MINIO_ROOT_USER: ROOT.accessKeyId,
        MINIO_ROOT_PASSWORD: ROOT.secretAccessKey,
        MINIO_BROWSER: "off",
        MINIO_UPDATE: "off",
        ...env,
      },
      name: "MinIO",
    }),
  );
  const isReady = tls === undefined ? answersOk : answersOkUnseen;
  await waitUntilReady(child, () => isReady(`${endpoint}/minio/health/live`));
  const access: S3Access = { endpoint, ...ROOT };
  const owned = resources.move();
  return {
    ...access,
    pid: child.pid,
    logs: () => child.stdout() + child.stderr(),
    createBucket: (name) => createBucket(access, name),
    suspend: () => child.suspend(),
    resume: () => child.resume(),
    stop: () => owned.disposeAsync(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Creates a bucket; one that is there already is as good. */
export async function createBucket(access: S3Access, name: string): Promise<void> {
  const client = s3Client(access);
  try {
    await client.send(new CreateBucketCommand({ Bucket: name }));
  } catch (error) {
    if ((error as Error).name !== "BucketAlreadyOwnedByYou") throw error;
  } finally {
    client.destroy();
  }
}

/** The keys under a prefix, in order. */
export async function listObjects(
  access: S3Access,
  { bucket, prefix = "" }: { readonly bucket: string; readonly prefix?: string | undefined },
): Promise<readonly string[]> {
  const client = s3Client(access);
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
    );
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
    token = page.NextContinuationToken;
  } while (token !== undefined);
  client.destroy();
  return keys;
}

/** True when a GET is answered with a 2xx status. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Nobody listens yet.
    return false;
  }
}

/** The same over TLS, whoever the server says that it is. */
function answersOkUnseen(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("error", () => resolve(false));
  });
}

function s3Client({ endpoint, region, accessKeyId, secretAccessKey }: S3Access): S3Client {
  return new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
}
