import { CLIENT_ID, CONNECTION_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from "../broker/broker-link.ts";
import type { TlsOptions } from "../broker/tls-options.ts";
import type { BrokerAddress, KafkaConnectionSettings } from "../port/connection-settings.ts";
import type { KafkaLogger } from "../port/kafka-logger.ts";
import type { KafkajsBroker, KafkajsClasses, KafkajsConnectionPool } from "./kafkajs-classes.ts";
import { adjustConnection, isSessionStale } from "./kafkajs-connection.ts";
import { createKafkajsLogger } from "./kafkajs-logger.ts";
import type { KafkajsSasl } from "./kafkajs-sasl.ts";
import { createKafkajsSocket } from "./kafkajs-socket.ts";

/** What the connections to a broker are made of. */
export interface KafkajsSessionParts {
  readonly kafkajs: KafkajsClasses;
  readonly address: BrokerAddress;
  readonly settings: KafkaConnectionSettings;
  readonly tls: TlsOptions | undefined;
  readonly sasl: KafkajsSasl | undefined;
  readonly logger: KafkaLogger | undefined;
}

/** What the requests of a link that is closed are rejected with. */
export const CLOSING = "the connection is being closed";

/**
 * kafkajs would authenticate again on a connection where other requests are under way, which a
 * broker refuses: it is to believe that there is always time left.
 */
const REAUTHENTICATION_THRESHOLD_MS = Number.MIN_SAFE_INTEGER;

/** kafkajs's connections to a broker, until what they have authenticated for ends. */
export class KafkajsSession {
  readonly pool: KafkajsConnectionPool;
  readonly broker: KafkajsBroker;

  constructor({ kafkajs, address, settings, tls, sasl, logger: kafkaLogger }: KafkajsSessionParts) {
    const logger = createKafkajsLogger(kafkaLogger);
    const connectionTimeout = settings.connectionTimeoutMs ?? CONNECTION_TIMEOUT_MS;
    this.pool = new kafkajs.ConnectionPool({
      ...address,
      logger,
      socketFactory: createKafkajsSocket,
      ssl: tls,
      sasl: sasl && { ...sasl },
      clientId: settings.clientId ?? CLIENT_ID,
      connectionTimeout,
      requestTimeout: settings.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      enforceRequestTimeout: true,
      reauthenticationThreshold: REAUTHENTICATION_THRESHOLD_MS,
    });
    for (const connection of this.pool.pool) adjustConnection(connection);
    this.broker = new kafkajs.Broker({
      connectionPool: this.pool,
      logger,
      authenticationTimeout: connectionTimeout,
    });
  }

  /** Whether others are to take its place. */
  get isStale(): boolean {
    return this.pool.pool.some(isSessionStale);
  }

  /** Ends it when all that is under way is answered. */
  retire(): Promise<void> {
    return this.broker.disconnect();
  }

  /** Ends it at once. */
  close(): void {
    for (const connection of this.pool.pool) {
      connection.rejectRequests(new Error(CLOSING));
    }
    // With nothing under way it waits for nothing.
    void this.broker.disconnect();
  }
}
