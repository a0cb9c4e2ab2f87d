import { createPrivateKey } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createWorkDirectory,
  freePort,
  type KafkaService,
  type ManagedProcess,
  type PostgresService,
  startKafka,
  startLibrdkafka,
  startNodeProgram,
  startPostgres,
  type WorkDirectory,
} from "@salon/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { rating } from "./pipeline/consumer-outcome.ts";

const CONSUME = new URL("../src/main.ts", import.meta.url);
const TOPIC = "ratings";

/** One for every place that takes a secret; the password is the broker's own. */
const SECRETS = {
  key: "secret-of-the-key",
  page: "secret-token-of-the-page",
  database: "secret-of-the-database",
  credential: "secret-of-the-client",
  token: "secret-of-the-catalog",
  header: "secret-of-a-header",
  store: "secret-of-the-store",
  aws: "secret-of-the-environment",
} as const;

let work: WorkDirectory;
let kafka: KafkaService;
let postgres: PostgresService;
let environment: Readonly<Record<string, string>>;
let all: readonly string[];

beforeAll(async () => {
  work = await createWorkDirectory("secrets");
  [kafka, postgres] = await Promise.all([startKafka({ security: "sasl_ssl" }), startPostgres()]);
  const { secured, mutualTls } = kafka;
  if (secured === undefined || mutualTls === undefined) throw new Error("Kafka is not secured");
  await using client = await startLibrdkafka(kafka);
  await client.createTopic(TOPIC);
  await client.produce({ topic: TOPIC, records: [rating(1), { value: Buffer.from("no json") }] });
  all = [...Object.values(SECRETS), secured.password];
  const encrypted = createPrivateKey(mutualTls.client.key).export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: SECRETS.key,
  });
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(work.path, name);
    await writeFile(path, `${text}\n`);
    return path;
  };
  const properties = {
    uri: postgres.uri.replace("salon@", `salon:${SECRETS.database}@`),
    credential: `id:${SECRETS.credential}`,
    token: SECRETS.token,
    "s3.secret-access-key": SECRETS.store,
    "s3.access-key-id": "an-id",
  };
  const files = Object.entries(properties).map(
    async ([name, text]) => `${name}=${await file(name, text)}`,
  );
  environment = {
    SALON_BOOTSTRAP_SERVERS: secured.bootstrapServers,
    SALON_SECURITY_PROTOCOL: "SASL_SSL",
    SALON_SASL_MECHANISM: "SCRAM-SHA-256",
    SALON_SASL_USERNAME: secured.username,
    SALON_SASL_PASSWORD: secured.password,
    SALON_SSL_CA_FILE: await file("ca", secured.ca),
    SALON_SSL_CERT_FILE: await file("cert", mutualTls.client.cert),
    SALON_SSL_KEY_FILE: await file("key", encrypted.toString()),
    SALON_SSL_KEY_PASSWORD_FILE: await file("key-password", SECRETS.key),
    SALON_UI_TOKEN_FILE: await file("page", SECRETS.page),
    SALON_UI_PORT: "0",
    SALON_CATALOG: "sql",
    SALON_CATALOG_PROPERTY: `header.authorization=Bearer ${SECRETS.header}`,
    SALON_CATALOG_PROPERTY_FILE: (await Promise.all(files)).join(","),
    SALON_WAREHOUSE: join(work.path, "warehouse"),
    SALON_TOPIC: TOPIC,
    SALON_STARTING_OFFSETS: "earliest",
    SALON_COMMIT_INTERVAL: "300ms",
    SALON_LOG_LEVEL: "debug",
    SALON_LOG_FORMAT: "json",
    AWS_SECRET_ACCESS_KEY: SECRETS.aws,
    AWS_ACCESS_KEY_ID: "another-id",
  };
});

afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]();
  await kafka?.stop();
  await work?.[Symbol.asyncDispose]();
});

function consume(...args: readonly string[]): Promise<ManagedProcess> {
  return startNodeProgram({ entry: CONSUME, env: environment, args });
}

function expectNoSecret(text: string): void {
  expect(all.filter((secret) => text.includes(secret))).toEqual([]);
}

it("puts no secret into logs, page, metrics or table", async () => {
  await using consumer = await consume();
  const line = await consumer.waitForLine(/status page at/, { timeoutMs: 60_000 });
  const { url = "" } = JSON.parse(line) as { readonly url?: string };
  const headers = { authorization: `Bearer ${SECRETS.page}` };
  const served = async (path: string): Promise<string> =>
    (await fetch(`${url}${path}`, { headers })).text();
  await expect
    .poll(() => served("/metrics"), { timeout: 60_000 })
    .toMatch(/^salon_rows_committed_total 1$/m);
  for (const path of ["/", "/status.json", "/history.json", "/metrics", "/healthz", "/readyz"]) {
    expectNoSecret(await served(path));
  }
  expect(await served("/status.json")).toContain("--catalog-property-file");
  expect(await consumer.stop()).toEqual({ code: 0 });
  expectNoSecret(consumer.stdout() + consumer.stderr());

  const warehouse = join(work.path, "warehouse");
  const entries = await readdir(warehouse, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name)).toContainEqual(expect.stringMatching(/metadata\.json$/));
  for (const { parentPath, name } of files) {
    expectNoSecret(await readFile(join(parentPath, name), "latin1"));
  }
});

it("puts no secret into its help", async () => {
  await using consumer = await consume("--help");
  expect(await consumer.exit).toEqual({ code: 0 });
  expect(consumer.stdout()).toContain("SALON_SASL_PASSWORD");
  expectNoSecret(consumer.stdout() + consumer.stderr());
});

it.each([
  ["a database out of reach", () => ["--catalog-property-file=uri=FILE"], 3],
  ["a user that Kafka does not know", () => ["--sasl-username=nobody"], 4],
  ["a mechanism for which they are not", () => ["--sasl-mechanism=OAUTHBEARER"], 2],
  ["a key with another's password", () => [`--ssl-key-password-file=${work.path}/page`], 2],
])("puts no secret into the error of %s", async (_what, flags, code) => {
  const path = join(work.path, "unreachable");
  const port = await freePort();
  await writeFile(path, `postgresql://salon:${SECRETS.database}@127.0.0.1:${port}/none`);
  await using consumer = await consume(...flags().map((flag) => flag.replace("FILE", path)));
  expect(await consumer.exit).toMatchObject({ code });
  const shown = consumer.stdout() + consumer.stderr();
  expect(shown).not.toBe("");
  expectNoSecret(shown);
});
