import {
  type Api,
  consumerGroupHeartbeat,
  fetch as fetchApi,
  heartbeat,
  joinGroup,
  offsetCommit,
  syncGroup,
} from "@salon/kafka-protocol";
import {
  type BrokerLink,
  CONNECTION_TIMEOUT_MS,
  type CreateBrokerLink,
  REQUEST_TIMEOUT_MS,
  type SendOptions,
} from "../broker/broker-link.ts";
import { negotiateVersion } from "../broker/negotiate-version.ts";
import { tlsOptions } from "../broker/tls-options.ts";
import { createCredentials } from "../oauth/credentials.ts";
import type { BrokerAddress, KafkaConnectionSettings } from "../port/connection-settings.ts";
import { type ConnectionParts, type OpenConnection, openConnection } from "./open-connection.ts";

/**
 * What a connection is for. A broker answers the requests of one in their order, and fetches and
 * joins wait on purpose: they have connections of their own, so that nothing waits behind them. Nor
 * does a member's leaving, which may come while its join still waits.
 */
type Lane = "fetch" | "group" | "other";

const LANES: ReadonlyMap<number, Lane> = new Map<number, Lane>([
  [fetchApi.key, "fetch"],
  [joinGroup.key, "group"],
  [syncGroup.key, "group"],
  [heartbeat.key, "group"],
  [consumerGroupHeartbeat.key, "group"],
  [offsetCommit.key, "group"],
]);

/**
 * Reaches brokers over connections of this package's own.
 *
 * @throws KafkaIoError `SETTINGS_INVALID` for certificates, a key or a token's settings that cannot
 *   be used.
 */
export function createBrokerLinks(settings: KafkaConnectionSettings): CreateBrokerLink {
  const { connectionTimeoutMs: timeoutMs = CONNECTION_TIMEOUT_MS } = settings;
  const parts = {
    settings,
    tls: tlsOptions(settings.tls),
    credentials: createCredentials(settings.sasl, { fetch, timeoutMs, nowMs: Date.now }),
  };
  return (address) => new ConnectedBroker(address, parts);
}

/** A broker with a connection for each lane, made when it is needed and again when it is broken. */
class ConnectedBroker implements BrokerLink {
  readonly #address: BrokerAddress;
  readonly #parts: ConnectionParts;
  readonly #lanes: Map<Lane, Promise<OpenConnection>> = new Map();
  readonly #closing: AbortController = new AbortController();

  constructor(address: BrokerAddress, parts: ConnectionParts) {
    this.#address = address;
    this.#parts = parts;
  }

  async send<Request, Response>(
    api: Api<Request, Response>,
    request: Request,
    options: SendOptions = {},
  ): Promise<Response> {
    const { connection, versions } = await this.#connection(LANES.get(api.key) ?? "other");
    const version = negotiateVersion(api, versions.get(api.key), this.#address, options);
    const { requestTimeoutMs = REQUEST_TIMEOUT_MS } = this.#parts.settings;
    return connection.send(api, version, request, options.timeoutMs ?? requestTimeoutMs);
  }

  close(): void {
    this.#closing.abort();
  }

  async #connection(lane: Lane): Promise<OpenConnection> {
    for (;;) {
      const opening = this.#lanes.get(lane) ?? this.#open(lane);
      const open = await opening;
      if (open.connection.isOpen && Date.now() < open.staleAtMs) return open;
      // The first who finds it so has the next one opened.
      if (this.#lanes.get(lane) === opening) this.#lanes.delete(lane);
      open.connection.retire();
    }
  }

  #open(lane: Lane): Promise<OpenConnection> {
    const opening = openConnection(this.#address, this.#parts, this.#closing.signal);
    this.#lanes.set(lane, opening);
    opening.catch(() => {
      if (this.#lanes.get(lane) === opening) this.#lanes.delete(lane);
    });
    return opening;
  }
}
