import { apiVersions } from "@salon/kafka-protocol";
import { throwOnErrorCode } from "../broker/broker-error.ts";
import { CLIENT_ID, CONNECTION_TIMEOUT_MS, SESSION_SHARE } from "../broker/broker-link.ts";
import type { VersionRange } from "../broker/negotiate-version.ts";
import type { TlsOptions } from "../broker/tls-options.ts";
import type { Credentials } from "../oauth/credentials.ts";
import {
  addressText,
  type BrokerAddress,
  type KafkaConnectionSettings,
} from "../port/connection-settings.ts";
import { authenticate } from "./authenticate.ts";
import { BrokerConnection } from "./broker-connection.ts";

/** Every broker since 2.0 knows it, and it has no other header than the versions before. */
const API_VERSIONS_VERSION = 2;

/** A connection that is ready for requests. */
export interface OpenConnection {
  readonly connection: BrokerConnection;
  /** What the broker knows, by API key. */
  readonly versions: ReadonlyMap<number, VersionRange>;
  /** Clock time after which another connection is to be made: the session ends soon. */
  readonly staleAtMs: number;
}

/** What connections to a cluster are made of. */
export interface ConnectionParts {
  readonly settings: KafkaConnectionSettings;
  readonly tls: TlsOptions | undefined;
  readonly credentials: Credentials | undefined;
}

/**
 * Connects to a broker, asks what it knows, and authenticates. An aborted `signal` ends
 * the connection, now and later.
 *
 * @throws ConnectionError; BrokerError; KafkaIoError where no bearer token is to be had.
 */
export async function openConnection(
  address: BrokerAddress,
  { settings, tls, credentials }: ConnectionParts,
  signal: AbortSignal,
): Promise<OpenConnection> {
  const { clientId = CLIENT_ID } = settings;
  const timeoutMs = settings.connectionTimeoutMs ?? CONNECTION_TIMEOUT_MS;
  const hasClientCertificate = settings.tls?.cert !== undefined;
  const connection = new BrokerConnection(address, { clientId, tls, hasClientCertificate }, signal);
  try {
    await connection.ready(timeoutMs);
    const request = { clientSoftwareName: "", clientSoftwareVersion: "" };
    const answer = await connection.send(apiVersions, API_VERSIONS_VERSION, request, timeoutMs);
    throwOnErrorCode(answer.errorCode, `ask broker ${addressText(address)} for its versions`);
    const versions = new Map(answer.apis.map(({ key, ...range }) => [key, range]));
    const lifetimeMs =
      credentials && (await authenticate(connection, address, credentials, timeoutMs));
    const staleAtMs = lifetimeMs ? Date.now() + lifetimeMs * SESSION_SHARE : Infinity;
    return { connection, versions, staleAtMs };
  } catch (error) {
    connection.close();
    throw error;
  }
}
