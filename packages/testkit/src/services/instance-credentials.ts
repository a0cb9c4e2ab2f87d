import { createHash, createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { TestkitError } from "../testkit-error.ts";
import type { S3Access } from "./minio.ts";

/**
 * What gives a program of AWS keys where it runs: the agent of a container, and an instance's
 * metadata service (version 2).
 */
export interface InstanceCredentials extends AsyncDisposable {
  /** Variables by which a program in a container finds it. */
  readonly containerEnvironment: Readonly<Record<string, string>>;
  /** Variables by which a program on an instance finds it. */
  readonly instanceEnvironment: Readonly<Record<string, string>>;
  /** How many keys it has given. */
  given(): number;
}

const CONTAINER_TOKEN = "container-token";
const METADATA_TOKEN = "metadata-token";
const ROLE = "salon";
const ROLES_PATH = "/latest/meta-data/iam/security-credentials/";
/** The shortest that a store's STS gives. */
const LIFETIME_SECONDS = 900;

/** Serves keys for a while that the store gives out by its STS, on 127.0.0.1. */
export async function startInstanceCredentials(store: S3Access): Promise<InstanceCredentials> {
  let given = 0;
  const answer = async (request: IncomingMessage): Promise<string | undefined> => {
    const { method, url, headers } = request;
    if (method === "PUT" && url === "/latest/api/token") return METADATA_TOKEN;
    const isContainer = url === "/container" && headers.authorization === CONTAINER_TOKEN;
    const isInstance = headers["x-aws-ec2-metadata-token"] === METADATA_TOKEN;
    if (isInstance && url === ROLES_PATH) return ROLE;
    if (!isContainer && !(isInstance && url === `${ROLES_PATH}${ROLE}`)) return undefined;
    given += 1;
    return JSON.stringify(await assumedRole(store));
  };
  const server = createServer((request, response) => {
    void answer(request).then(
      (body) => response.writeHead(body === undefined ? 401 : 200).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    containerEnvironment: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${origin}/container`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: CONTAINER_TOKEN,
    },
    instanceEnvironment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: origin },
    given: () => given,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** As both services answer it. */
async function assumedRole(store: S3Access): Promise<Readonly<Record<string, string>>> {
  const text = await assumeRole(store);
  const value = (name: string): string => {
    const found = new RegExp(`<${name}>([^<]+)</${name}>`).exec(text)?.[1];
    if (found === undefined) throw new TestkitError("PROCESS_FAILED", `STS answers ${text}`);
    return found;
  };
  return {
    Code: "Success",
    Type: "AWS-HMAC",
    AccessKeyId: value("AccessKeyId"),
    SecretAccessKey: value("SecretAccessKey"),
    Token: value("SessionToken"),
    Expiration: value("Expiration"),
    LastUpdated: new Date().toISOString(),
  };
}

/** AssumeRole of a store's STS, signed with Signature Version 4. */
async function assumeRole({ endpoint, region, ...key }: S3Access): Promise<string> {
  const body = new URLSearchParams({
    Action: "AssumeRole",
    Version: "2011-06-15",
    DurationSeconds: String(LIFETIME_SECONDS),
  }).toString();
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const scope = [date.slice(0, 8), region, "sts", "aws4_request"];
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    host: new URL(endpoint).host,
    "x-amz-date": date,
  };
  const names = Object.keys(headers).join(";");
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  const canonical = ["POST", "/", "", ...lines, "", names, sha256(body)].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", date, scope.join("/"), sha256(canonical)].join("\n");
  const signingKey = scope.reduce<string | Buffer>(hmac, `AWS4${key.secretAccessKey}`);
  const response = await fetch(`${endpoint}/`, {
    method: "POST",
    headers: {
      ...headers,
      authorization:
        `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope.join("/")}, ` +
        `SignedHeaders=${names}, Signature=${hmac(signingKey, toSign).toString("hex")}`,
    },
    body,
  });
  return response.text();
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();
