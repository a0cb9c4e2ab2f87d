import { createPrivateKey } from "node:crypto";
import { type KafkaService, type MutualTlsAccess, startKafka } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type KafkaConnectionSettings,
  type KafkaSource,
  openKafkaSink,
  openKafkaSource,
} from "../src/index.ts";
import { DRIVERS } from "./kit/drivers.ts";
import { connectKafkaCluster, type KafkaCluster, numbered } from "./kit/kafka-cluster.ts";
import { RecordingHandler } from "./kit/recording-handler.ts";

let kafka: KafkaService;
let cluster: KafkaCluster;
let access: MutualTlsAccess;

beforeAll(async () => {
  kafka = await startKafka({ security: "sasl_ssl" });
  cluster = await connectKafkaCluster(kafka.bootstrapServers);
  if (kafka.mutualTls === undefined) throw new Error("Kafka has no listener for certificates");
  access = kafka.mutualTls;
});

afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
  await kafka?.stop();
});

describe.each(DRIVERS)("%s", (driver) => {
  const open = (tls: KafkaConnectionSettings["tls"]): Promise<KafkaSource> =>
    openKafkaSource({
      driver,
      bootstrapServers: [access.bootstrapServers],
      tls,
      topic: "any",
      assign: [0],
    });

  test("writes and reads with the certificate that the broker trusts", async () => {
    const topic = await cluster.createTopic();
    const tls = { ca: access.ca, ...access.client };
    const settings = { driver, bootstrapServers: [access.bootstrapServers], tls, topic };
    await using sink = await openKafkaSink(settings);
    await sink.send(numbered(10));
    await using source = await openKafkaSource({ ...settings, groupId: topic });
    const handler = new RecordingHandler();
    await source.start(handler);
    await handler.reaches(0, 10);
    expect(handler.of(0)).toHaveLength(10);
  });

  test("takes an encrypted key with its passphrase, and no other", async () => {
    const topic = await cluster.createTopic();
    const key = encryptedKey(access.client.key, "open sesame");
    const tls = { ca: access.ca, cert: access.client.cert, key };
    const settings = { driver, bootstrapServers: [access.bootstrapServers], topic, assign: [0] };
    await using source = await openKafkaSource({
      ...settings,
      tls: { ...tls, passphrase: "open sesame" },
    });
    expect(await source.describeTopic()).toMatchObject({ partitionCount: 1 });
    for (const passphrase of ["wrong", undefined]) {
      await expect(open({ ...tls, passphrase })).rejects.toMatchObject({
        code: "SETTINGS_INVALID",
        message: "TLS: the key is encrypted, and the passphrase is missing or wrong",
      });
    }
  });

  test.each<[string, () => KafkaConnectionSettings["tls"], string]>([
    [
      "no certificate",
      () => ({ ca: access.ca }),
      "it asks for a client certificate, and none is given (TLS alert: bad certificate)",
    ],
    [
      "a certificate of nobody it knows",
      () => ({ ca: access.ca, ...access.stranger }),
      "it refuses the client certificate (TLS alert: certificate unknown)",
    ],
    [
      "no authority for the broker's own",
      () => access.client,
      "its certificate is not trusted: self-signed certificate",
    ],
    [
      "an authority that is not the broker's",
      () => ({ ...access.client, ca: access.stranger.cert }),
      "its certificate is not trusted: self-signed certificate",
    ],
  ])("with %s is refused for good, naming broker and cause", async (_what, tls, cause) => {
    const server = access.bootstrapServers;
    await expect(open(tls())).rejects.toMatchObject({
      code: "KAFKA_UNAUTHORIZED",
      retryable: false,
      message: `cannot connect to Kafka at ${server}: broker ${server}: ${cause}`,
    });
  });

  test("TLS where none is spoken is named as such", async () => {
    const plain = openKafkaSource({
      driver,
      bootstrapServers: [kafka.bootstrapServers],
      tls: { ca: access.ca },
      topic: "any",
      assign: [0],
    });
    await expect(plain).rejects.toMatchObject({ code: expect.stringMatching(/^KAFKA_UN/) });
  });

  test.each<[string, () => KafkaConnectionSettings["tls"], string]>([
    [
      "another certificate's key",
      () => ({ ...access.client, key: access.stranger.key }),
      "TLS: the key is not that of the certificate",
    ],
    [
      "a key in the place of the certificate",
      () => ({ cert: access.client.key, key: access.client.key }),
      "TLS: the certificate is no PEM text",
    ],
    [
      "a certificate in the place of the key",
      () => ({ cert: access.client.cert, key: access.client.cert }),
      "TLS: the key is no PEM text of a private key",
    ],
    [
      "a key in the place of the authority",
      () => ({ ca: access.client.key }),
      "TLS: ca is no PEM text of certificates",
    ],
    [
      "a certificate without its key",
      () => ({ cert: access.client.cert }),
      "TLS: a client certificate and its key are given together, or neither of them",
    ],
  ])("%s is told before anybody is asked", async (_what, tls, message) => {
    await expect(open(tls())).rejects.toMatchObject({ code: "SETTINGS_INVALID", message });
  });
});

function encryptedKey(key: string, passphrase: string): string {
  return createPrivateKey(key)
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase })
    .toString();
}
