import { createRequire } from "node:module";
import type { Socket } from "node:net";
import type { VersionRange } from "../broker/negotiate-version.ts";
import type { KafkajsConnection } from "./kafkajs-connection.ts";
import type { KafkajsLogger } from "./kafkajs-logger.ts";
import type { KafkajsSocketOptions } from "./kafkajs-socket.ts";

/** All that is used of kafkajs: connections to one broker, with TLS and SASL, and its versions. */
export interface KafkajsBroker {
  /** By API key; null before it is connected. */
  readonly versions: Readonly<Record<number, VersionRange>> | null;
  isConnected(): boolean;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/** Two connections to a broker, the second one for fetches. */
export interface KafkajsConnectionPool {
  readonly pool: readonly KafkajsConnection[];
  send<T>(exchange: KafkajsExchange<T>): Promise<T>;
}

/** A request and how to read its response, in the shape kafkajs's connections take. */
interface KafkajsExchange<T> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<KafkajsEncoder>;
  };
  readonly response: {
    decode(body: Buffer): Promise<T & { readonly clientSideThrottleTime: number }>;
    parse(decoded: T): Promise<T>;
  };
  readonly requestTimeout: number;
}

/** kafkajs's writer of protocol bytes. */
interface KafkajsEncoder {
  writeBuffer(bytes: Buffer): KafkajsEncoder;
}

interface KafkajsPoolOptions {
  readonly host: string;
  readonly port: number;
  readonly logger: KafkajsLogger;
  readonly socketFactory: (options: KafkajsSocketOptions) => Socket;
  readonly ssl: object | undefined;
  readonly sasl: object | undefined;
  readonly clientId: string;
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
  readonly reauthenticationThreshold: number;
}

interface KafkajsBrokerOptions {
  readonly connectionPool: KafkajsConnectionPool;
  readonly logger: KafkajsLogger;
  readonly authenticationTimeout: number;
}

/** kafkajs's classes. They are loaded here, by those who use them: that takes a while. */
export interface KafkajsClasses {
  readonly ConnectionPool: new (options: KafkajsPoolOptions) => KafkajsConnectionPool;
  readonly Broker: new (options: KafkajsBrokerOptions) => KafkajsBroker;
  readonly Encoder: new () => KafkajsEncoder;
}

export function loadKafkajsClasses(): KafkajsClasses {
  const load = createRequire(import.meta.url);
  return {
    ConnectionPool: load("kafkajs/src/network/connectionPool.js"),
    Broker: load("kafkajs/src/broker/index.js"),
    Encoder: load("kafkajs/src/protocol/encoder.js"),
  };
}
