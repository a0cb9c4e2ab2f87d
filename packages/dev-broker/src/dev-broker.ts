import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Broker, BrokerSettings } from "./broker.ts";
import { DevBrokerError } from "./broker-error.ts";
import { GroupCoordinator } from "./group/group-coordinator.ts";
import { GroupOffsets } from "./group/group-offsets.ts";
import { createMemoryStore, type BrokerRecord, type BrokerStore } from "./log/broker-store.ts";
import { openDirectoryStore } from "./log/directory-store.ts";
import { isPartitionCount, Topics } from "./log/topics.ts";
import { serveConnection } from "./server/connection.ts";
import { Faults, type ActiveFault, type FaultRule } from "./server/faults.ts";
import { processTimers } from "./timers.ts";

const CLUSTER_ID_SIZE = 16;
const PORT_MAX = 65_535;

/** A topic that is to be there from the start. */
export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
}

/** How to start a broker. */
export interface DevBrokerOptions extends Partial<BrokerSettings> {
  /** Where to listen. Default: 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default, and 0: a free one. */
  readonly port?: number | undefined;
  /** Where clients are told to connect to, if not where it listens: `host:port`. */
  readonly advertisedAddress?: string | undefined;
  /** Keeps topics, records, offsets and the cluster's id; without it they are in memory. */
  readonly directory?: string | undefined;
  /** Created where they are missing. */
  readonly topics?: readonly NewTopic[] | undefined;
  /** How long the first member of an empty group waits for others, in milliseconds. Default: 0. */
  readonly initialRebalanceDelayMs?: number | undefined;
}

/** A broker that runs in this process. Disposing of it closes its connections. */
export interface DevBroker extends AsyncDisposable {
  /** `host:port`, as clients take it. */
  readonly bootstrapServers: string;
  readonly clusterId: string;
  /** Errors: `SETTINGS_INVALID` where it exists or cannot be. */
  createTopic(topic: NewTopic): void;
  /** From now on requests that fit meet the fault, until the rule is disposed of or used up. */
  addFault(rule: FaultRule): ActiveFault;
  /** Closes every connection; clients may come back at once. */
  dropConnections(): void;
}

/**
 * Starts a broker.
 *
 * Errors: `ADDRESS_UNAVAILABLE`, `DIRECTORY_UNUSABLE`, `SETTINGS_INVALID`.
 */
export async function startDevBroker(options: DevBrokerOptions = {}): Promise<DevBroker> {
  const { directory, topics: wanted = [] } = options;
  const settings = settingsOf(options);
  const advertisedAddress = addressOf(options.advertisedAddress);
  await using resources = new AsyncDisposableStack();
  const store = directory === undefined ? createMemoryStore() : openDirectoryStore(directory);
  resources.use(store);
  const state = openState(store);
  resources.defer(() => state.topics.close());
  for (const { name, partitions } of wanted) {
    if (state.topics.get(name) === undefined) state.topics.create(name, partitions);
  }
  const offsets = new GroupOffsets(store);
  const groups = new GroupCoordinator(
    { offsets, timers: processTimers, nowMs: () => performance.now(), createId: randomUUID },
    options,
  );
  resources.use(groups);
  const sockets = new Set<Socket>();
  const faults = new Faults();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    serveConnection(socket, broker, faults);
  });
  const bound = await listen(server, options);
  // A connection that could not be accepted, for want of files: its client sees that.
  server.on("error", () => undefined);
  resources.defer(() => close(server, sockets));
  const broker: Broker = {
    ...state,
    settings,
    address: advertisedAddress ?? bound,
    groups,
    offsets,
    timers: processTimers,
  };
  const owned = resources.move();
  return {
    bootstrapServers: `${bound.host}:${bound.port}`,
    clusterId: broker.clusterId,
    createTopic: ({ name, partitions }) => void broker.topics.create(name, partitions),
    addFault: (rule) => faults.add(rule),
    dropConnections: () => {
      for (const socket of sockets) socket.destroy();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function settingsOf(options: DevBrokerOptions): BrokerSettings {
  const { partitions = 1, autoCreateTopics = true, messageBytesMax = 1_048_588 } = options;
  if (!isPartitionCount(partitions)) {
    throw new DevBrokerError("SETTINGS_INVALID", `${partitions} partitions cannot be`);
  }
  if (!Number.isInteger(messageBytesMax) || messageBytesMax < 0) {
    throw new DevBrokerError("SETTINGS_INVALID", `${messageBytesMax} is no number of bytes`);
  }
  return { partitions, autoCreateTopics, messageBytesMax };
}

/** What the store remembers, or a new cluster; recorded again at every change. */
function openState(store: BrokerStore): Pick<Broker, "clusterId" | "topics" | "takeProducerId"> {
  const recorded: BrokerRecord = store.loadRecord() ?? {
    clusterId: randomBytes(CLUSTER_ID_SIZE).toString("base64url"),
    nextProducerId: 1,
    topics: [],
  };
  const { clusterId } = recorded;
  let { nextProducerId } = recorded;
  const save = (): void =>
    store.saveRecord({ clusterId, nextProducerId, topics: topics.records() });
  const topics = new Topics(store, recorded.topics, save);
  save();
  return {
    clusterId,
    topics,
    takeProducerId() {
      nextProducerId++;
      save();
      return BigInt(nextProducerId - 1);
    },
  };
}

async function listen(
  server: Server,
  { host = "127.0.0.1", port = 0 }: DevBrokerOptions,
): Promise<{ readonly host: string; readonly port: number }> {
  try {
    server.listen({ host, port });
    await once(server, "listening");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DevBrokerError("ADDRESS_UNAVAILABLE", `cannot listen on ${host}:${port}: ${reason}`, {
      cause,
      context: { host, port },
    });
  }
  return { host, port: (server.address() as AddressInfo).port };
}

function addressOf(
  address: string | undefined,
): { readonly host: string; readonly port: number } | undefined {
  if (address === undefined) return undefined;
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(address) ?? [];
  if (host !== undefined && Number(port) <= PORT_MAX) return { host, port: Number(port) };
  throw new DevBrokerError("SETTINGS_INVALID", `"${address}" is no address like localhost:29092`);
}

async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, "close");
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}
