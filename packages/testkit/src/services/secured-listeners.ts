import { freePort } from "../process/free-port.ts";
import { addresses, type Listener } from "./kafka-broker.ts";
import {
  ALLOWED_URLS,
  KAFKA_USER,
  MUTUAL_TLS_LISTENER,
  bearerProperties,
  createBrokerCertificate,
  createClientCertificate,
  mutualTlsProperties,
  securityProperties,
} from "./kafka-security.ts";
import type { KafkaCredentials, MutualTlsAccess } from "./kafka-security.ts";

/** Listeners with TLS: what clients need for each, and what brokers need for both. */
export interface SecuredListeners {
  readonly secured: KafkaCredentials;
  readonly mutualTls: MutualTlsAccess;
  readonly properties: Readonly<Record<string, string>>;
  readonly systemProperties: Readonly<Record<string, string>>;
}

/**
 * Gives each broker a listener with SASL, and one that asks clients for a certificate. SASL takes
 * bearer tokens, too, where it is said which keys they are signed by.
 */
export async function addSecuredListeners(
  directory: string,
  brokers: readonly { readonly listeners: Listener[] }[],
  tokenKeysUri?: string,
): Promise<SecuredListeners> {
  const certificate = await createBrokerCertificate(directory);
  const { ca } = certificate;
  const client = await createClientCertificate(directory, "client");
  const stranger = await createClientCertificate(directory, "stranger");
  const securedPorts: number[] = [];
  const mutualTlsPorts: number[] = [];
  for (const { listeners } of brokers) {
    const [port, mutualTlsPort] = [await freePort(), await freePort()];
    listeners.push({ name: "SASL_SSL", protocol: "SASL_SSL", port });
    listeners.push({ name: MUTUAL_TLS_LISTENER, protocol: "SSL", port: mutualTlsPort });
    securedPorts.push(port);
    mutualTlsPorts.push(mutualTlsPort);
  }
  return {
    secured: { bootstrapServers: addresses(securedPorts), ca, ...KAFKA_USER },
    mutualTls: { bootstrapServers: addresses(mutualTlsPorts), ca, client, stranger },
    properties: {
      ...securityProperties(certificate),
      ...(await mutualTlsProperties(directory, client)),
      ...(tokenKeysUri !== undefined && bearerProperties(tokenKeysUri)),
    },
    systemProperties: tokenKeysUri === undefined ? {} : { [ALLOWED_URLS]: tokenKeysUri },
  };
}
