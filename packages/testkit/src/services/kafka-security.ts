import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireTool } from "../install/required-tool.ts";
import { runProcess } from "../process/managed-process.ts";
import { TOKEN_AUDIENCE } from "./token-server.ts";

/** What a client needs for a broker's TLS listener with SASL. */
export interface KafkaCredentials {
  readonly bootstrapServers: string;
  /** PEM; the broker's certificate is its own authority. */
  readonly ca: string;
  readonly username: string;
  readonly password: string;
}

/** A certificate with its private key, both PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/** What a client needs for a broker's listener that asks clients for a certificate (mutual TLS). */
export interface MutualTlsAccess {
  readonly bootstrapServers: string;
  /** PEM; the broker's certificate is its own authority. */
  readonly ca: string;
  /** The one that the broker trusts. */
  readonly client: ClientCertificate;
  /** One that it does not. */
  readonly stranger: ClientCertificate;
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

const MECHANISMS = ["PLAIN", ...SCRAM_MECHANISMS];

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

/** Makes a certificate that is its own authority, with its key. */
export async function createClientCertificate(
  directory: string,
  name: string,
): Promise<ClientCertificate> {
  await requireTool("openssl");
  const [key, cert] = [join(directory, `${name}.key`), join(directory, `${name}.crt`)];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650"];
  await runProcess({
    command: "openssl",
    args: ["req", "-x509", ...kind, "-subj", `/CN=${name}`, "-keyout", key, "-out", cert],
  });
  return { cert: await readFile(cert, "utf8"), key: await readFile(key, "utf8") };
}

/** Name of the listener that asks clients for a certificate. */
export const MUTUAL_TLS_LISTENER = "MUTUAL_TLS";

/** The broker's properties for that listener: it trusts this certificate alone. */
export async function mutualTlsProperties(
  directory: string,
  trusted: ClientCertificate,
): Promise<Record<string, string>> {
  const store = join(directory, "trusted-clients.pem");
  await writeFile(store, trusted.cert);
  const prefix = `listener.name.${MUTUAL_TLS_LISTENER.toLowerCase()}.ssl`;
  return {
    [`${prefix}.client.auth`]: "required",
    [`${prefix}.truststore.type`]: "PEM",
    [`${prefix}.truststore.location`]: store,
  };
}

/** The system property without which a broker asks nobody for keys. */
export const ALLOWED_URLS = "org.apache.kafka.sasl.oauthbearer.allowed.urls";

const VALIDATOR =
  "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler";

/** The broker's properties for bearer tokens that are signed by the keys of that place. */
export function bearerProperties(keysUri: string): Record<string, string> {
  const prefix = "listener.name.sasl_ssl.oauthbearer";
  return {
    "sasl.enabled.mechanisms": [...MECHANISMS, "OAUTHBEARER"].join(","),
    "sasl.oauthbearer.jwks.endpoint.url": keysUri,
    // A token that names an audience is refused where none is expected.
    "sasl.oauthbearer.expected.audience": TOKEN_AUDIENCE,
    [`${prefix}.sasl.server.callback.handler.class`]: VALIDATOR,
    [`${prefix}.sasl.jaas.config`]:
      "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;",
  };
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
    "sasl.enabled.mechanisms": MECHANISMS.join(","),
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
