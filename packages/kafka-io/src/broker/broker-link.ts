import type { Api } from "@salon/kafka-protocol";
import type { BrokerAddress } from "../port/connection-settings.ts";

/** How a request is sent. */
export interface SendOptions {
  /** How long the answer may take; default: the settings'. */
  readonly timeoutMs?: number | undefined;
  /** No lower version: it would not mean the same. */
  readonly minVersion?: number | undefined;
  /** No higher version of the request, though both sides know one. */
  readonly maxVersion?: number | undefined;
}

/**
 * One broker, as drivers reach it: its connections, with TLS and SASL, which are made again where
 * they break. Fetches have one of their own, so that what they wait for holds up nothing else.
 */
export interface BrokerLink {
  /**
   * Sends a request in the highest version that both sides know, and reads the answer. Error codes
   * in it are the caller's to look at.
   *
   * @throws KafkaIoError `KAFKA_UNREACHABLE` (retryable) where the connection cannot be made,
   * breaks or is silent for `timeoutMs` (default: the settings'), `KAFKA_UNAUTHORIZED`,
   * `API_UNSUPPORTED` where no version is known to both.
   */
  send<Request, Response>(
    api: Api<Request, Response>,
    request: Request,
    options?: SendOptions,
  ): Promise<Response>;
  /** Ends its connections at once; whatever is under way fails. */
  close(): void;
}

/** Makes the link to the broker at an address. No connection is made before something is sent. */
export type CreateBrokerLink = (address: BrokerAddress) => BrokerLink;

/** How long opening a connection may take, where the settings do not say. */
export const CONNECTION_TIMEOUT_MS = 10_000;
/** How long a broker may take to answer, where the settings do not say. */
export const REQUEST_TIMEOUT_MS = 30_000;
/** The part of its lifetime after which an authenticated session is no longer relied on. */
export const SESSION_SHARE = 0.85;
/** What brokers know this client by, where the settings do not say. */
export const CLIENT_ID = "salon";
