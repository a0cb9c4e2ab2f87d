import { type Api, ByteReader, fetch } from "@salon/kafka-protocol";
import {
  type BrokerLink,
  CLIENT_ID,
  CONNECTION_TIMEOUT_MS,
  type CreateBrokerLink,
  REQUEST_TIMEOUT_MS,
  type SendOptions,
} from "../broker/broker-link.ts";
import { negotiateVersion } from "../broker/negotiate-version.ts";
import { readAnswer } from "../broker/read-answer.ts";
import { type TlsOptions, tlsOptions } from "../broker/tls-options.ts";
import type { BrokerAddress, KafkaConnectionSettings } from "../port/connection-settings.ts";
import type { KafkaLogger } from "../port/kafka-logger.ts";
import {
  type KafkajsBroker,
  type KafkajsClasses,
  type KafkajsConnectionPool,
  loadKafkajsClasses,
} from "./kafkajs-classes.ts";
import { adjustConnection } from "./kafkajs-connection.ts";
import { createKafkajsLogger } from "./kafkajs-logger.ts";
import { createKafkajsSocket } from "./kafkajs-socket.ts";
import { CLOSING, mapKafkajsError } from "./map-kafkajs-error.ts";

/**
 * Reaches brokers over kafkajs's connections: SASL and the versions they know are its work.
 *
 * @throws KafkaIoError `SETTINGS_INVALID` for certificates or a key that cannot be used.
 */
export function createKafkajsLinks(
  settings: KafkaConnectionSettings,
  logger: KafkaLogger | undefined,
): CreateBrokerLink {
  const kafkajs = loadKafkajsClasses();
  const tls = tlsOptions(settings.tls);
  return (address) => new KafkajsBrokerLink({ kafkajs, address, settings, tls, logger });
}

/** What a link is made of. */
interface LinkParts {
  readonly kafkajs: KafkajsClasses;
  readonly address: BrokerAddress;
  readonly settings: KafkaConnectionSettings;
  readonly tls: TlsOptions | undefined;
  readonly logger: KafkaLogger | undefined;
}

class KafkajsBrokerLink implements BrokerLink {
  readonly #kafkajs: KafkajsClasses;
  readonly #address: BrokerAddress;
  readonly #hasClientCertificate: boolean;
  readonly #requestTimeoutMs: number;
  readonly #pool: KafkajsConnectionPool;
  readonly #broker: KafkajsBroker;

  constructor({ kafkajs, address, settings, tls, logger: kafkaLogger }: LinkParts) {
    const { sasl } = settings;
    const logger = createKafkajsLogger(kafkaLogger);
    const connectionTimeout = settings.connectionTimeoutMs ?? CONNECTION_TIMEOUT_MS;
    this.#kafkajs = kafkajs;
    this.#address = address;
    this.#hasClientCertificate = settings.tls?.cert !== undefined;
    this.#requestTimeoutMs = settings.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    this.#pool = new kafkajs.ConnectionPool({
      ...address,
      logger,
      socketFactory: createKafkajsSocket,
      ssl: tls,
      sasl: sasl && { ...sasl },
      clientId: settings.clientId ?? CLIENT_ID,
      connectionTimeout,
      requestTimeout: this.#requestTimeoutMs,
      enforceRequestTimeout: true,
    });
    for (const connection of this.#pool.pool) adjustConnection(connection);
    this.#broker = new kafkajs.Broker({
      connectionPool: this.#pool,
      logger,
      authenticationTimeout: connectionTimeout,
    });
  }

  async send<Request, Response>(
    api: Api<Request, Response>,
    request: Request,
    options: SendOptions = {},
  ): Promise<Response> {
    try {
      if (!this.#broker.isConnected()) await this.#broker.connect();
      const known = this.#broker.versions?.[api.key];
      const version = negotiateVersion(api, known, this.#address, options.maxVersion);
      const isFlexible = api.isFlexible(version);
      const body = api.encodeRequest(version, request);
      const { answer } = await this.#pool.send<{ readonly answer: Response }>({
        request: {
          apiKey: api.key,
          apiVersion: version,
          apiName: api.name,
          encode: async () =>
            new this.#kafkajs.Encoder().writeBuffer(isFlexible ? withTaggedFields(body) : body),
        },
        response: {
          decode: async (bytes) => {
            const read = isFlexible ? withoutTaggedFields(bytes) : bytes;
            const answer = readAnswer(api, version, read, this.#address);
            return { answer, clientSideThrottleTime: throttleTimeMs(answer) };
          },
          parse: async (decoded) => decoded,
        },
        requestTimeout: options.timeoutMs ?? this.#requestTimeoutMs,
      });
      return answer;
    } catch (error) {
      await this.#dropBroken(api.key, error);
      throw mapKafkajsError(error, this.#address, this.#hasClientCertificate);
    }
  }

  close(): void {
    for (const connection of this.#pool.pool) {
      connection.rejectRequests(new Error(CLOSING));
    }
    // With nothing under way it waits for nothing.
    void this.#broker.disconnect();
  }

  async #dropBroken(apiKey: number, error: unknown): Promise<void> {
    if (!(error instanceof Error)) return;
    // As kafkajs does for its own requests: the other connection is likely broken as well.
    if (error.name === "KafkaJSConnectionClosedError") await this.#broker.disconnect();
    if (error.name === "KafkaJSRequestTimeoutError") {
      // A broker that is gone without a word leaves its connection open for a quarter of an hour,
      // and kafkajs would go on using it.
      this.#pool.pool[apiKey === fetch.key ? 1 : 0]?.socket?.destroy(error);
    }
  }
}

/**
 * kafkajs writes and reads headers of the fixed protocol; those of flexible versions go on here.
 */
function withTaggedFields(body: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0), body]);
}

function withoutTaggedFields(bytes: Buffer): Buffer {
  const reader = new ByteReader(bytes);
  reader.skipTaggedFields();
  return bytes.subarray(bytes.length - reader.remaining);
}

/** How long the broker wants to hear nothing; most answers say. */
function throttleTimeMs(answer: unknown): number {
  const isObject = typeof answer === "object" && answer !== null;
  return isObject && "throttleTimeMs" in answer ? Number(answer.throttleTimeMs) : 0;
}
