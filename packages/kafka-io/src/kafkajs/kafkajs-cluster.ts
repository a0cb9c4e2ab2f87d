import { createRequire } from "node:module";
import type { Socket } from "node:net";
import {
  type BootstrapServer,
  type KafkaConnectionSettings,
  parseBootstrapServers,
} from "../connection-settings.ts";
import { FETCH_API_KEY } from "../protocol/01-fetch.ts";
import type { KafkaLogger } from "../kafka-logger.ts";
import { adjustConnection, type KafkajsConnection } from "./kafkajs-connection.ts";
import { createKafkajsSocket, type KafkajsSocketOptions } from "./kafkajs-socket.ts";
import { createKafkajsLogger, type KafkajsLogger } from "./kafkajs-logger.ts";

/**
 * The part of kafkajs this package stands on: connections with TLS and SASL, protocol versions,
 * metadata, and the requests of the group protocol. kafkajs's own consumer hides batches without
 * records and jumps silently when an offset is gone, so what is read is fetched and decoded here.
 */
export interface KafkajsCluster {
  readonly targetTopics: Set<string>;
  readonly brokerPool: {
    readonly brokers: Readonly<Record<string, KafkajsBroker>>;
    readonly seedBroker: KafkajsBroker | undefined;
    readonly metadata: KafkajsMetadata | null;
  };
  readonly connectionPoolBuilder: KafkajsConnectionPoolBuilder;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  findBroker(broker: { nodeId: number }): Promise<KafkajsBroker>;
  findGroupCoordinator(group: { groupId: string }): Promise<KafkajsBroker>;
  findControllerBroker(): Promise<KafkajsBroker>;
}

/** What a metadata response said of the topics asked for. */
interface KafkajsMetadata {
  readonly clusterId: string | null;
  readonly topicMetadata: readonly {
    readonly topic: string;
    readonly partitionMetadata: readonly {
      readonly partitionId: number;
      /** -1 while there is none. */
      readonly leader: number;
    }[];
  }[];
}

export interface KafkajsBroker {
  readonly nodeId: number | null;
  /** What the broker speaks, by API key; null before it is connected. */
  readonly versions: Readonly<Record<number, { readonly maxVersion: number }>> | null;
  readonly connectionPool: KafkajsConnectionPool;
  disconnect(): Promise<void>;
  listOffsets(request: {
    replicaId: number;
    isolationLevel: number;
    topics: { topic: string; partitions: { partition: number; timestamp: number }[] }[];
  }): Promise<{
    responses: { topic: string; partitions: { partition: number; offset: string }[] }[];
  }>;
  joinGroup(request: {
    groupId: string;
    memberId: string;
    sessionTimeout: number;
    rebalanceTimeout: number;
    groupProtocols: { name: string; metadata: Buffer }[];
  }): Promise<{
    generationId: number;
    leaderId: string;
    memberId: string;
    groupProtocol: string;
    members: { memberId: string; memberMetadata: Buffer }[];
  }>;
  syncGroup(request: {
    groupId: string;
    generationId: number;
    memberId: string;
    groupAssignment: { memberId: string; memberAssignment: Buffer }[];
  }): Promise<{ memberAssignment: Buffer }>;
  heartbeat(request: {
    groupId: string;
    groupGenerationId: number;
    memberId: string;
  }): Promise<unknown>;
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
  offsetCommit(request: {
    groupId: string;
    groupGenerationId: number;
    memberId: string;
    topics: { topic: string; partitions: { partition: number; offset: string }[] }[];
  }): Promise<unknown>;
  createTopics(request: {
    topics: { topic: string; numPartitions: number; replicationFactor: number }[];
    timeout: number;
  }): Promise<unknown>;
  initProducerId(request: {
    transactionTimeout: number;
  }): Promise<{ producerId: string; producerEpoch: number }>;
}

interface KafkajsConnectionPool {
  readonly host: string;
  readonly port: number;
  readonly pool: readonly KafkajsConnection[];
  send<T>(exchange: KafkajsExchange<T>): Promise<T>;
}

interface KafkajsConnectionPoolBuilder {
  build(server?: Partial<BootstrapServer>): Promise<KafkajsConnectionPool>;
}

/** A request and how to read its response, in the shape kafkajs's connections take. */
export interface KafkajsExchange<T> {
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

interface KafkajsClusterOptions {
  readonly logger: KafkajsLogger;
  readonly socketFactory: (options: KafkajsSocketOptions) => Socket;
  readonly brokers: readonly string[];
  readonly ssl: object | undefined;
  readonly sasl: object | undefined;
  readonly clientId: string;
  readonly connectionTimeout: number;
  readonly authenticationTimeout: number;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
  readonly metadataMaxAge: number;
  readonly allowAutoTopicCreation: boolean;
  readonly retry: object;
}

const load: (path: string) => unknown = createRequire(import.meta.url);
const Cluster = load("kafkajs/src/cluster/index.js") as new (
  options: KafkajsClusterOptions,
) => KafkajsCluster;
const Encoder = load("kafkajs/src/protocol/encoder.js") as new () => KafkajsEncoder;

const CONNECTION_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * A cluster that is not connected yet. It never creates topics.
 *
 * @throws KafkaIoError `SETTINGS_INVALID`
 */
export function createKafkajsCluster(
  settings: KafkaConnectionSettings,
  logger: KafkaLogger | undefined,
): KafkajsCluster {
  const servers = parseBootstrapServers(settings.bootstrapServers);
  const connectionTimeout = settings.connectionTimeoutMs ?? CONNECTION_TIMEOUT_MS;
  const cluster = new Cluster({
    logger: createKafkajsLogger(logger),
    socketFactory: createKafkajsSocket,
    brokers: settings.bootstrapServers,
    ssl: settings.tls === undefined ? undefined : { ...settings.tls },
    sasl: settings.sasl === undefined ? undefined : { ...settings.sasl },
    clientId: settings.clientId ?? "salon",
    connectionTimeout,
    authenticationTimeout: connectionTimeout,
    requestTimeout: settings.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    metadataMaxAge: Number.MAX_SAFE_INTEGER,
    allowAutoTopicCreation: false,
    // Callers retry by themselves; this only lets every bootstrap server have its turn.
    retry: { retries: servers.length, initialRetryTime: 100, maxRetryTime: 1000 },
  });
  adjustConnections(cluster.connectionPoolBuilder, servers);
  return cluster;
}

/**
 * Sends a request that kafkajs has no decoder for, over its connections.
 *
 * @throws whatever kafkajs throws; see `mapKafkajsError`.
 */
export async function exchange<T extends { readonly throttleTimeMs: number }>(
  broker: Pick<KafkajsBroker, "connectionPool" | "disconnect">,
  request: { apiKey: number; apiVersion: number; apiName: string; body: Buffer },
  options: { decode: (body: Buffer) => T; requestTimeoutMs: number },
): Promise<T> {
  const { body, ...head } = request;
  try {
    return await broker.connectionPool.send<T>({
      request: { ...head, encode: async () => new Encoder().writeBuffer(body) },
      response: {
        decode: async (bytes) => {
          const decoded = options.decode(bytes);
          return { ...decoded, clientSideThrottleTime: decoded.throttleTimeMs };
        },
        parse: async (decoded) => decoded,
      },
      requestTimeout: options.requestTimeoutMs,
    });
  } catch (error) {
    // As kafkajs does for its own requests: the broker's other connection is likely broken as well.
    if (error instanceof Error && error.name === "KafkaJSConnectionClosedError") {
      await broker.disconnect();
    }
    dropSilentConnection(broker, error, request.apiKey);
    throw error;
  }
}

/**
 * Ends the connection that a request has timed out on. A broker that is gone without a word leaves
 * it open for a quarter of an hour, and kafkajs would go on using it.
 */
export function dropSilentConnection(
  broker: Pick<KafkajsBroker, "connectionPool">,
  error: unknown,
  apiKey: number | undefined,
): void {
  if (!(error instanceof Error) || error.name !== "KafkaJSRequestTimeoutError") return;
  // kafkajs keeps the second connection for fetches, which hold up what is sent after them.
  const connection = broker.connectionPool.pool[apiKey === FETCH_API_KEY ? 1 : 0];
  connection?.socket?.destroy(error);
}

/** Disconnects at once: whatever is still under way fails, instead of being waited for. */
export async function closeKafkajsCluster(cluster: KafkajsCluster): Promise<void> {
  const { brokers, seedBroker } = cluster.brokerPool;
  const all = new Set([
    ...Object.values(brokers),
    ...(seedBroker === undefined ? [] : [seedBroker]),
  ]);
  for (const broker of all) {
    for (const connection of broker.connectionPool.pool) {
      connection.rejectRequests(new Error("the connection is being closed"));
    }
  }
  await cluster.disconnect();
}

function adjustConnections(
  builder: KafkajsConnectionPoolBuilder,
  servers: readonly BootstrapServer[],
): void {
  const build = builder.build.bind(builder);
  let turn = 0;
  builder.build = async (server) => {
    // kafkajs splits "host:port" at the first colon, which no IPv6 address survives.
    const address = server?.host === undefined ? servers[turn++ % servers.length] : server;
    const pool = await build(address);
    for (const connection of pool.pool) adjustConnection(connection);
    return pool;
  };
}
