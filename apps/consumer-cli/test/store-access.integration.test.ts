import { createHash, randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startDevBroker } from "@salon/dev-broker";
import {
  createWorkDirectory,
  runProcess,
  startInstanceCredentials,
  startLibrdkafka,
  startMinio,
  startNodeProgram,
  startTokenServer,
  useSharedReader,
  useSharedServices,
} from "@salon/testkit";
import type { S3Access } from "@salon/testkit";
import { describe, expect, it } from "vitest";
import { rating } from "./pipeline/consumer-outcome.ts";

const CONSUME = new URL("../src/main.ts", import.meta.url);
const TABLE = new URL("../../table-cli/src/main.ts", import.meta.url);
const MAKE_SECRETS = new URL("../../../docker/secure/make-secrets.sh", import.meta.url).pathname;
const BUCKET = "warehouse";

/** Where the chain of the AWS SDK would look on this machine is none of the tests' business. */
const NO_CREDENTIALS = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_PROFILE: undefined,
  AWS_SHARED_CREDENTIALS_FILE: "/nowhere/credentials",
  AWS_CONFIG_FILE: "/nowhere/config",
  AWS_EC2_METADATA_DISABLED: "true",
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Three ratings in a broker of their own, and the programs on a table of that store. */
async function startPlace(endpoint: string) {
  await using resources = new AsyncDisposableStack();
  const broker = resources.use(await startDevBroker({ topics: [{ name: "t", partitions: 1 }] }));
  await using client = await startLibrdkafka(broker);
  await client.produce({ topic: "t", records: [1, 2, 3].map((customer) => rating(customer)) });
  const warehouse = `s3a://${BUCKET}/store-access-${randomUUID()}`;
  const run = async (entry: URL, args: readonly string[], env: Environment) => {
    await using program = await startNodeProgram({
      entry,
      args: [
        ...args,
        `--bootstrap-servers=${broker.bootstrapServers}`,
        `--warehouse=${warehouse}`,
        `--catalog-property=s3.endpoint=${endpoint}`,
        "--table=ratings",
      ],
      env: { ...NO_CREDENTIALS, ...env },
    });
    const { code } = await program.exit;
    return { code, shown: program.stdout() + program.stderr() };
  };
  const owned = resources.move();
  return {
    warehouse,
    consume: (env: Environment) =>
      run(
        CONSUME,
        [
          "--topic=t",
          "--starting-offsets=earliest",
          "--trigger=available-now",
          "--log-level=debug",
        ],
        env,
      ),
    verify: (env: Environment) => run(TABLE, ["verify"], env),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The ratings that PyIceberg reads when the consumer has run, and what the consumer showed. */
async function written(store: S3Access, env: Environment) {
  await using place = await startPlace(store.endpoint);
  const { code, shown } = await place.consume(env);
  if (code !== 0) throw new Error(shown);
  const reader = await useSharedReader("pyiceberg");
  const rows = await reader.readTable({
    catalog: { kind: "hadoop", warehouse: place.warehouse, s3: store },
    table: "ratings",
  });
  return { customers: rows.map((row) => Number(row["customer_id"])), shown };
}

async function writeCredentials(path: string, store: S3Access): Promise<void> {
  const lines = [
    "[default]",
    "aws_access_key_id = nobody",
    "aws_secret_access_key = wrong-password",
    "[lake]",
    `aws_access_key_id = ${store.accessKeyId}`,
    `aws_secret_access_key = ${store.secretAccessKey}`,
  ];
  await writeFile(path, `${lines.join("\n")}\n`);
}

describe("a store with TLS and a certificate of an own authority", () => {
  it("is refused by name, and written when NODE_EXTRA_CA_CERTS has the authority", async () => {
    await using work = await createWorkDirectory("store-tls");
    await runProcess({ command: "bash", args: [MAKE_SECRETS, work.path] });
    const file = (name: string): string => join(work.path, name);
    const tls = { certFile: file("minio.crt"), keyFile: file("minio.key") };
    await using store = await startMinio({ buckets: [BUCKET], tls });
    await using place = await startPlace(store.endpoint);
    await writeCredentials(file("credentials"), store);
    const profile = { AWS_PROFILE: "lake", AWS_SHARED_CREDENTIALS_FILE: file("credentials") };

    const refused = await place.consume(profile);
    // Access denied, as the help of the command says; at once, since it would not be otherwise.
    expect(refused.code).toBe(4);
    expect(refused.shown).toContain(
      `at ${store.endpoint}: its certificate is not trusted (unable to verify the first certificate)`,
    );
    expect(refused.shown).toContain("NODE_EXTRA_CA_CERTS");
    expect(refused.shown).not.toContain("trying again");

    const trusting = { ...profile, NODE_EXTRA_CA_CERTS: file("ca.crt") };
    expect(await place.consume(trusting)).toMatchObject({ code: 0 });
    const proof = await place.verify(trusting);
    expect(proof.code).toBe(0);
    expect(proof.shown).toMatch(/\s3\s+proved/u);
    expect(proof.shown).toContain("proved: every recorded offset is there exactly once");
  });
});

describe("the key of the store", () => {
  it("is looked for, and told of where there is none", async () => {
    await using place = await startPlace(useSharedServices().s3.endpoint);
    const { code, shown } = await place.consume({});
    expect(shown).toContain("Could not load credentials from any providers");
    expect(code).toBe(4);
  });

  it("comes from the environment", async () => {
    const { s3 } = useSharedServices();
    const { customers } = await written(s3, {
      AWS_ACCESS_KEY_ID: s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    });
    expect(customers).toEqual([1, 2, 3]);
  });

  it("comes from a profile of the shared file", async () => {
    const { s3 } = useSharedServices();
    await using work = await createWorkDirectory("profile");
    const path = join(work.path, "credentials");
    await writeCredentials(path, s3);
    const env = { AWS_PROFILE: "lake", AWS_SHARED_CREDENTIALS_FILE: path };
    expect(await written(s3, env)).toMatchObject({ customers: [1, 2, 3] });
  });

  it("comes from the container's agent, for a while", async () => {
    const { s3 } = useSharedServices();
    await using agent = await startInstanceCredentials(s3);
    const { customers, shown } = await written(s3, agent.containerEnvironment);
    expect(customers).toEqual([1, 2, 3]);
    expect(agent.given()).toBeGreaterThan(0);
    // Session tokens of the store are signed tokens, which begin with the same letters.
    expect(shown).not.toMatch(/eyJ[\w-]{10}/u);
  });

  it("comes from the instance's metadata service", async () => {
    const { s3 } = useSharedServices();
    await using instance = await startInstanceCredentials(s3);
    const env = { ...instance.instanceEnvironment, AWS_EC2_METADATA_DISABLED: undefined };
    expect(await written(s3, env)).toMatchObject({ customers: [1, 2, 3] });
    expect(instance.given()).toBeGreaterThan(0);
  });

  it("comes from the store's token service, for a pod's token", async () => {
    await using tokens = await startTokenServer({ lifetimeSeconds: 600 });
    await using work = await createWorkDirectory("pod");
    const [clientId = ""] = tokens.credential.split(":");
    await using store = await startMinio({
      buckets: [BUCKET],
      env: {
        MINIO_IDENTITY_OPENID_CONFIG_URL: tokens.discoveryUri,
        MINIO_IDENTITY_OPENID_CLIENT_ID: clientId,
        MINIO_IDENTITY_OPENID_ROLE_POLICY: "readwrite",
      },
    });
    // MinIO names the role of a provider after its client.
    const role = createHash("sha1").update(clientId).digest("base64url");
    const tokenFile = join(work.path, "token");
    await writeFile(tokenFile, tokens.lastingToken());
    const { customers, shown } = await written(store, {
      AWS_ROLE_ARN: `arn:minio:iam:::role/${role}`,
      AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
      AWS_ENDPOINT_URL_STS: store.endpoint,
      AWS_REGION: store.region,
    });
    expect(customers).toEqual([1, 2, 3]);
    expect(shown).not.toMatch(/eyJ[\w-]{10}/u);
  });
});
