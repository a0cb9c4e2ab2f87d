import { KafkaIoError } from "../kafka-io-error.ts";
import type { SaslSettings } from "./sasl-settings.ts";

/** How to reach and authenticate to a cluster. Plain data. */
export interface KafkaConnectionSettings {
  /** `host:port`, at least one; IPv6 addresses in brackets. */
  readonly bootstrapServers: readonly string[];
  readonly clientId?: string | undefined;
  /**
   * Over which connections brokers are reached: this package's own, or kafkajs's. Default `salon`.
   */
  readonly driver?: "salon" | "kafkajs" | undefined;
  /** Absent: no TLS. Texts are PEM; certificate and key prove the client (mutual TLS). */
  readonly tls?:
    | {
        readonly ca?: string | undefined;
        readonly cert?: string | undefined;
        readonly key?: string | undefined;
        /** Of an encrypted key. */
        readonly passphrase?: string | undefined;
        readonly rejectUnauthorized?: boolean | undefined;
      }
    | undefined;
  readonly sasl?: SaslSettings | undefined;
  /** How long opening one connection may take. Default 10 s. */
  readonly connectionTimeoutMs?: number | undefined;
  /** How long a broker may take to answer. Default 30 s. */
  readonly requestTimeoutMs?: number | undefined;
}

/** Where a broker listens. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * The addresses of the settings.
 *
 * @throws KafkaIoError `SETTINGS_INVALID` where there is none or one is not `host:port`.
 */
export function parseBootstrapServers(servers: readonly string[]): BrokerAddress[] {
  if (servers.length === 0) {
    throw new KafkaIoError("SETTINGS_INVALID", "bootstrap servers: none is given");
  }
  return servers.map(parseBootstrapServer);
}

function parseBootstrapServer(server: string): BrokerAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(server);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || !(port >= 1 && port <= 65_535)) {
    throw new KafkaIoError("SETTINGS_INVALID", `bootstrap server "${server}" is not host:port`, {
      context: { server },
    });
  }
  return { host, port };
}

/** `host:port`, IPv6 addresses in brackets. */
export function addressText({ host, port }: BrokerAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
