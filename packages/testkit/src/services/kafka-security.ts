import { join } from "node:path";
import { requireTool } from "../install/required-tool.ts";
import { runProcess } from "../process/managed-process.ts";

/** What a client needs for a broker's TLS listener with SASL. */
export interface KafkaCredentials {
  readonly bootstrapServers: string;
  /** PEM; the broker's certificate is its own authority. */
  readonly ca: string;
  readonly username: string;
  readonly password: string;
}

/** A broker's own certificate and the key store that holds it. */
export interface BrokerCertificate {
  readonly keyStore: string;
  readonly keyStorePassword: string;
  readonly ca: string;
}

const ALIAS = "broker";
const PASSWORD = "not-a-secret";

const SCRAM_MECHANISMS = ["SCRAM-SHA-256", "SCRAM-SHA-512"];

/** The one user of the SASL listener. */
export const KAFKA_USER: { readonly username: string; readonly password: string } = {
  username: "salon",
  password: "salon-password",
};

/** Makes a certificate for 127.0.0.1 and localhost in `directory`. */
export async function createBrokerCertificate(directory: string): Promise<BrokerCertificate> {
  await requireTool("java");
  const keyStore = join(directory, "broker.p12");
  const store = ["-alias", ALIAS, "-keystore", keyStore, "-storepass", PASSWORD];
  const key = ["-storetype", "PKCS12", "-keyalg", "EC", "-validity", "3650"];
  const subject = ["-dname", "CN=localhost", "-ext", "SAN=IP:127.0.0.1,DNS:localhost"];
  await runProcess({
    command: "keytool",
    args: ["-genkeypair", ...store, ...key, ...subject],
  });
  const ca = await runProcess({ command: "keytool", args: ["-exportcert", "-rfc", ...store] });
  return { keyStore, keyStorePassword: PASSWORD, ca };
}

/** What makes the user known to SCRAM while a broker's storage is formatted. */
export function scramUserArguments(): readonly string[] {
  const { username, password } = KAFKA_USER;
  return SCRAM_MECHANISMS.flatMap((mechanism) => [
    "--add-scram",
    `${mechanism}=[name=${username},password=${password}]`,
  ]);
}

/** The broker's properties for its `SASL_SSL` listener. */
export function securityProperties(certificate: BrokerCertificate): Record<string, string> {
  const { username, password } = KAFKA_USER;
  return {
    "sasl.enabled.mechanisms": ["PLAIN", ...SCRAM_MECHANISMS].join(","),
    ...Object.fromEntries(
      SCRAM_MECHANISMS.map((mechanism) => [
        `listener.name.sasl_ssl.${mechanism.toLowerCase()}.sasl.jaas.config`,
        "org.apache.kafka.common.security.scram.ScramLoginModule required;",
      ]),
    ),
    "listener.name.sasl_ssl.plain.sasl.jaas.config":
      `org.apache.kafka.common.security.plain.PlainLoginModule required ` +
      `user_${username}="${password}";`,
    "ssl.keystore.type": "PKCS12",
    "ssl.keystore.location": certificate.keyStore,
    "ssl.keystore.password": certificate.keyStorePassword,
    "ssl.key.password": certificate.keyStorePassword,
  };
}
