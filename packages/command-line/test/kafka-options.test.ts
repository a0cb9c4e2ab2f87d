import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KafkaConnectionSettings } from "@salon/kafka-io";
import type { Command } from "commander";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCommand, parseCommandLine, type ParseOutcome } from "../src/command-line.ts";
import {
  addKafkaOptions,
  loadKafkaConnection,
  readOptionalKafkaArguments,
  readKafkaArguments,
  type KafkaArguments,
} from "../src/kafka-options.ts";

function parse(argv: readonly string[]): ParseOutcome<KafkaArguments> {
  const command = createCommand({ name: "salon-test", description: "Tests.", version: "1" });
  return parseCommandLine(addKafkaOptions(command), argv, readKafkaArguments);
}

function createOptional(): Command {
  const command = createCommand({ name: "salon-test", description: "Tests.", version: "1" });
  return addKafkaOptions(command, "optional");
}

const OAUTH = "--security-protocol SASL_SSL --sasl-mechanism OAUTHBEARER";

describe("readKafkaArguments", () => {
  it("reaches the compose stack's broker in plain text by default", () => {
    expect(parse([])).toEqual({
      kind: "settings",
      settings: {
        bootstrapServers: ["localhost:29092"],
        driver: "salon",
        securityProtocol: "PLAINTEXT",
      },
    });
  });

  it.each(["", "a topic", "über", "..", "a".repeat(250)])("refuses topic %j", (name) => {
    expect(parse(["--topic", name])).toEqual({
      kind: "usage-error",
      message: expect.stringContaining("--topic"),
    });
  });

  it("takes several brokers, also by IPv6 address", () => {
    expect(parse(["--bootstrap-servers", "a:9092, [::1]:29092"])).toMatchObject({
      settings: { bootstrapServers: ["a:9092", "[::1]:29092"] },
    });
  });

  it.each([
    "",
    "localhost",
    "localhost:",
    "localhost:0",
    "localhost:65536",
    "a:1,,b:2",
    "http://a:1",
  ])("refuses %j as brokers", (text) => {
    expect(parse(["--bootstrap-servers", text])).toEqual({
      kind: "usage-error",
      message: expect.stringContaining("--bootstrap-servers"),
    });
  });

  it.each([
    ["--security-protocol SASL", "--security-protocol"],
    ["--sasl-username u", "--sasl-username needs --security-protocol"],
    ["--sasl-mechanism PLAIN", "--sasl-mechanism needs --security-protocol"],
    ["--sasl-mechanism GSSAPI --security-protocol SASL_SSL", "--sasl-mechanism"],
    ["--security-protocol SASL_SSL", "--sasl-username"],
    ["--security-protocol SASL_SSL --sasl-username u", "--sasl-password"],
    [
      "--security-protocol SASL_SSL --sasl-username u --sasl-password p --sasl-password-file f",
      "--sasl-password-file",
    ],
    ["--sasl-oauth-scope s", "--sasl-oauth-scope needs --security-protocol"],
    ["--sasl-oauth-extension a=b", "--sasl-oauth-extension needs --security-protocol"],
    [
      "--security-protocol SASL_SSL --sasl-username u --sasl-password p --sasl-oauth-token-file f",
      "--sasl-oauth-token-file needs --sasl-mechanism OAUTHBEARER",
    ],
    [OAUTH, "--sasl-oauth-token-endpoint or --sasl-oauth-token-file"],
    [`${OAUTH} --sasl-username u`, "--sasl-username needs another --sasl-mechanism"],
    [`${OAUTH} --sasl-oauth-token-endpoint http://t`, "--sasl-oauth-client-id"],
    [
      `${OAUTH} --sasl-oauth-token-endpoint http://t --sasl-oauth-client-id c`,
      "--sasl-oauth-client-secret-file or --sasl-oauth-client-secret",
    ],
    [
      `${OAUTH} --sasl-oauth-token-file f --sasl-oauth-scope s`,
      "--sasl-oauth-scope needs no --sasl-oauth-token-file",
    ],
    ["--ssl-ca-file ca.pem", "--ssl-ca-file needs --security-protocol"],
    ["--ssl-key-password p", "--ssl-key-password needs --security-protocol"],
    ["--security-protocol SSL --ssl-key-password p", "--ssl-key-password needs --ssl-key-file"],
    [
      "--security-protocol SSL --ssl-cert-file c --ssl-key-file k --ssl-key-password p " +
        "--ssl-key-password-file f",
      "--ssl-key-password and --ssl-key-password-file",
    ],
    ["--security-protocol SSL --ssl-cert-file c.pem", "--ssl-cert-file needs --ssl-key-file"],
    ["--security-protocol SSL --ssl-key-file k.pem", "--ssl-key-file needs --ssl-cert-file"],
  ])("refuses %s", (text, named) => {
    expect(parse(text.split(" "))).toEqual({
      kind: "usage-error",
      message: expect.stringContaining(named),
    });
  });
});

it.each([
  ["", "PLAIN"],
  ["--sasl-mechanism PLAIN", "PLAIN"],
  ["--sasl-mechanism SCRAM-SHA-256", "SCRAM-SHA-256"],
  ["--sasl-mechanism SCRAM-SHA-512", "SCRAM-SHA-512"],
])("authenticates with %j by %s", (flags, mechanism) => {
  const security = "--security-protocol SASL_SSL --sasl-username u --sasl-password p";
  expect(parse(`${security} ${flags}`.trim().split(" "))).toMatchObject({
    kind: "settings",
    settings: { sasl: { mechanism, username: "u", password: { text: "p" } } },
  });
});

describe("readOptionalKafkaArguments", () => {
  it("is undefined where brokers are optional and none is named", () => {
    expect(parseCommandLine(createOptional(), [], readOptionalKafkaArguments)).toEqual({
      kind: "settings",
      settings: undefined,
    });
    expect(parseCommandLine(createOptional(), [], readKafkaArguments)).toEqual({
      kind: "usage-error",
      message: "--bootstrap-servers is missing",
    });
  });
});

async function load(flags: string): Promise<KafkaConnectionSettings> {
  const outcome = parse(flags.split(" "));
  if (outcome.kind !== "settings") throw new Error(JSON.stringify(outcome));
  return loadKafkaConnection(outcome.settings, "salon");
}

describe("loadKafkaConnection", () => {
  it("reads certificates and the password without its line break", async () => {
    const folder = await mkdtemp(join(tmpdir(), "salon-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "ca.pem"), "CA");
    await writeFile(join(folder, "password"), " s3cret \n");
    await writeFile(join(folder, "key-password"), "pass phrase\n");
    const connection = await loadKafkaConnection(
      {
        bootstrapServers: ["a:1"],
        driver: "salon",
        securityProtocol: "SASL_SSL",
        sasl: {
          mechanism: "SCRAM-SHA-512",
          username: "u",
          password: { file: join(folder, "password") },
        },
        tls: { caFile: join(folder, "ca.pem"), keyPasswordFile: join(folder, "key-password") },
      },
      "salon",
    );
    expect(connection).toEqual({
      bootstrapServers: ["a:1"],
      clientId: "salon",
      driver: "salon",
      tls: { ca: "CA", passphrase: "pass phrase" },
      sasl: { mechanism: "scram-sha-512", username: "u", password: " s3cret " },
    });
  });

  it("reads the secret of a client of OAuth, and leaves the file of a token alone", async () => {
    const folder = await mkdtemp(join(tmpdir(), "salon-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const secretFile = join(folder, "secret");
    await writeFile(secretFile, "s3cret\n");
    const endpoint =
      "--sasl-oauth-token-endpoint https://t/token --sasl-oauth-client-id c " +
      `--sasl-oauth-client-secret-file ${secretFile} --sasl-oauth-scope kafka ` +
      "--sasl-oauth-extension logicalCluster=lkc-1";
    expect(await load(`${OAUTH} ${endpoint}`)).toMatchObject({
      sasl: {
        mechanism: "oauthbearer",
        token: {
          kind: "endpoint",
          uri: "https://t/token",
          clientId: "c",
          clientSecret: "s3cret",
          scope: "kafka",
        },
        extensions: { logicalCluster: "lkc-1" },
      },
    });
    expect(await load(`${OAUTH} --sasl-oauth-token-file /run/token`)).toMatchObject({
      sasl: { mechanism: "oauthbearer", token: { kind: "file", path: "/run/token" } },
    });
  });

  it("has neither TLS nor SASL for PLAINTEXT", async () => {
    const connection = await loadKafkaConnection(
      { bootstrapServers: ["a:1"], driver: "kafkajs", securityProtocol: "PLAINTEXT" },
      "salon",
    );
    expect(connection).toEqual({
      bootstrapServers: ["a:1"],
      clientId: "salon",
      driver: "kafkajs",
    });
  });

  it("names flag and path of a file that is not there", async () => {
    const loading = loadKafkaConnection(
      {
        bootstrapServers: ["a:1"],
        driver: "salon",
        securityProtocol: "SSL",
        tls: { caFile: "/nowhere/ca.pem" },
      },
      "salon",
    );
    await expect(loading).rejects.toMatchObject({
      code: "FILE_UNREADABLE",
      message: expect.stringMatching(/--ssl-ca-file.*\/nowhere\/ca\.pem/),
    });
  });
});
