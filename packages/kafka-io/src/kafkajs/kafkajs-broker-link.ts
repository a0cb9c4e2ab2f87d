import { type Api, ByteReader, fetch } from "@salon/kafka-protocol";
import {
  type BrokerLink,
  CONNECTION_TIMEOUT_MS,
  type CreateBrokerLink,
  REQUEST_TIMEOUT_MS,
  type SendOptions,
} from "../broker/broker-link.ts";
import { negotiateVersion } from "../broker/negotiate-version.ts";
import { readAnswer } from "../broker/read-answer.ts";
import { tlsOptions } from "../broker/tls-options.ts";
import { createCredentials } from "../oauth/credentials.ts";
import type { KafkaConnectionSettings } from "../port/connection-settings.ts";
import type { KafkaLogger } from "../port/kafka-logger.ts";
import { loadKafkajsClasses } from "./kafkajs-classes.ts";
import { kafkajsSasl } from "./kafkajs-sasl.ts";
import { KafkajsSession, type KafkajsSessionParts } from "./kafkajs-session.ts";
import { mapKafkajsError } from "./map-kafkajs-error.ts";

/**
 * Reaches brokers over kafkajs's connections: SASL and the versions they know are its work.
 *
 * @throws KafkaIoError `SETTINGS_INVALID` for certificates, a key or a token's settings that cannot
 *   be used.
 */
export function createKafkajsLinks(
  settings: KafkaConnectionSettings,
  logger: KafkaLogger | undefined,
): CreateBrokerLink {
  const kafkajs = loadKafkajsClasses();
  const { connectionTimeoutMs: timeoutMs = CONNECTION_TIMEOUT_MS } = settings;
  const tokenParts = { fetch: globalThis.fetch, timeoutMs, nowMs: Date.now };
  const tls = tlsOptions(settings.tls);
  const sasl = kafkajsSasl(createCredentials(settings.sasl, tokenParts));
  return (address) => new KafkajsBrokerLink({ kafkajs, address, settings, tls, sasl, logger });
}

class KafkajsBrokerLink implements BrokerLink {
  readonly #parts: KafkajsSessionParts;
  readonly #retiring: Set<KafkajsSession> = new Set();
  #session: KafkajsSession;

  constructor(parts: KafkajsSessionParts) {
    this.#parts = parts;
    this.#session = new KafkajsSession(parts);
  }

  async send<Request, Response>(
    api: Api<Request, Response>,
    request: Request,
    options: SendOptions = {},
  ): Promise<Response> {
    const { kafkajs, address, settings } = this.#parts;
    const { broker, pool } = this.#currentSession();
    try {
      if (!broker.isConnected()) await broker.connect();
      const known = broker.versions?.[api.key];
      const version = negotiateVersion(api, known, address, options);
      const isFlexible = api.isFlexible(version);
      const body = api.encodeRequest(version, request);
      const { answer } = await pool.send<{ readonly answer: Response }>({
        request: {
          apiKey: api.key,
          apiVersion: version,
          apiName: api.name,
          encode: async () =>
            new kafkajs.Encoder().writeBuffer(isFlexible ? withTaggedFields(body) : body),
        },
        response: {
          decode: async (bytes) => {
            const read = isFlexible ? withoutTaggedFields(bytes) : bytes;
            const answer = readAnswer(api, version, read, address);
            return { answer, clientSideThrottleTime: throttleTimeMs(answer) };
          },
          parse: async (decoded) => decoded,
        },
        requestTimeout: options.timeoutMs ?? settings.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      });
      return answer;
    } catch (error) {
      await dropBroken({ broker, pool }, api.key, error);
      throw mapKafkajsError(error, address, settings.tls?.cert !== undefined);
    }
  }

  close(): void {
    for (const session of [...this.#retiring, this.#session]) session.close();
  }

  /** Sessions end by their time (KIP-368): before that another one is begun. */
  #currentSession(): KafkajsSession {
    const stale = this.#session;
    if (!stale.isStale) return stale;
    this.#session = new KafkajsSession(this.#parts);
    this.#retiring.add(stale);
    void stale.retire().finally(() => this.#retiring.delete(stale));
    return this.#session;
  }
}

async function dropBroken(
  { broker, pool }: Pick<KafkajsSession, "broker" | "pool">,
  apiKey: number,
  error: unknown,
): Promise<void> {
  if (!(error instanceof Error)) return;
  // As kafkajs does for its own requests: the other connection is likely broken as well.
  if (error.name === "KafkaJSConnectionClosedError") await broker.disconnect();
  if (error.name === "KafkaJSRequestTimeoutError") {
    // A broker that is gone without a word leaves its connection open for a quarter of an hour,
    // and kafkajs would go on using it.
    pool.pool[apiKey === fetch.key ? 1 : 0]?.socket?.destroy(error);
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
