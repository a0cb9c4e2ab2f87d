import { join } from "node:path";
import { requireTool } from "../install/required-tool.ts";
import { runProcess } from "../process/managed-process.ts";

/** What a client needs for a broker's TLS listener with SASL PLAIN. */
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

/** The broker's properties for its `SASL_SSL` listener. */
export function securityProperties(certificate: BrokerCertificate): Record<string, string> {
  const { username, password } = KAFKA_USER;
  return {
    "sasl.enabled.mechanisms": "PLAIN",
    "listener.name.sasl_ssl.plain.sasl.jaas.config":
      `org.apache.kafka.common.security.plain.PlainLoginModule required ` +
      `user_${username}="${password}";`,
    "ssl.keystore.type": "PKCS12",
    "ssl.keystore.location": certificate.keyStore,
    "ssl.keystore.password": certificate.keyStorePassword,
    "ssl.key.password": certificate.keyStorePassword,
  };
}
