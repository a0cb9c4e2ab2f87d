import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../process/free-port.ts";
import type { ManagedProcess } from "../process/managed-process.ts";
import { createWorkDirectory } from "../process/work-directory.ts";
import { startKafkaGateProxy } from "../faults/kafka-gate-proxy.ts";
import type { KafkaGateProxy } from "../faults/kafka-gate-proxy.ts";
import { startTcpProxy } from "../faults/tcp-proxy.ts";
import type { TcpProxy } from "../faults/tcp-proxy.ts";
import { addresses, prepareKraftBroker, prepareZooKeeperBroker } from "./kafka-broker.ts";
import type { BrokerLauncher, KafkaVersion, Listener } from "./kafka-broker.ts";
import type { KafkaCredentials, MutualTlsAccess } from "./kafka-security.ts";
import { addSecuredListeners } from "./secured-listeners.ts";

/** Which Kafka to start. */
export interface KafkaSettings {
  readonly version?: KafkaVersion | undefined;
  /** Partitions of topics that are made without a number. */
  readonly partitions?: number | undefined;
  /** Broker properties, over the package's own. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** Properties of each broker alone, over those of all. */
  readonly brokerProperties?: readonly Readonly<Record<string, string>>[] | undefined;
  /**
   * Adds a listener with TLS and SASL, PLAIN and in 4.3 SCRAM: {@link KafkaService.secured}, and
   * one that asks clients for a certificate: {@link KafkaService.mutualTls}.
   */
  readonly security?: "sasl_ssl" | undefined;
  /** Where the SASL listener gets the keys of bearer tokens, which it takes then. Only of 4.3. */
  readonly tokenKeysUri?: string | undefined;
  /** Compiles in full and collects like a broker in use: a slower start, figures that count. */
  readonly isMeasured?: boolean | undefined;
  /** Adds a listener behind a proxy: {@link KafkaService.proxied}. */
  readonly proxied?: boolean | undefined;
  /** Adds so many listeners, each behind a gate of its own: {@link KafkaService.gated}. */
  readonly gateCount?: number | undefined;
  /** One by default; of three, each record is on all and acknowledged by two. Only of 4.3. */
  readonly brokerCount?: number | undefined;
  /** The rack of each broker, in their order; absent: none has one. */
  readonly racks?: readonly string[] | undefined;
}

/** One broker of a running Kafka. */
export interface KafkaBroker {
  /** Its process; another one after {@link start}. */
  pid(): number;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again with its data and ports, ending it orderly if it runs. */
  start(): Promise<void>;
}

/** A running Kafka on 127.0.0.1. Topics are never made by asking for them. */
export interface KafkaService extends AsyncDisposable {
  readonly brokers: readonly KafkaBroker[];
  /** `host:port` of each broker, with commas between, without TLS. */
  readonly bootstrapServers: string;
  readonly secured?: KafkaCredentials;
  readonly mutualTls?: MutualTlsAccess;
  /** All connections made by this address pass the proxy, those after the first too. */
  readonly proxied?: { readonly bootstrapServers: string; readonly proxy: TcpProxy };
  /** One for each client whose requests are to be told apart from those of others. */
  readonly gated: readonly { readonly bootstrapServers: string; readonly proxy: KafkaGateProxy }[];
  /** The first broker's process; another one after {@link restart}. */
  pid(): number;
  /** What the brokers printed since they were started last. */
  logs(): string;
  /** SIGKILL for all; resolves when they are gone. */
  kill(): Promise<void>;
  /** Starts one after the other again with data and ports, ending it orderly if it runs. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts Kafka; resolves when it serves requests.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`, `PROCESS_FAILED`.
 */
export async function startKafka(settings: KafkaSettings = {}): Promise<KafkaService> {
  const { version = "4.3", partitions = 1, brokerCount = 1, gateCount = 0 } = settings;
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await createWorkDirectory("kafka"));
  const properties: Record<string, string> = { "num.partitions": String(partitions) };
  const nodes = await Promise.all(
    Array.from({ length: brokerCount }, async (_, index) => {
      const port = await freePort();
      const listeners: Listener[] = [{ name: "PLAINTEXT", protocol: "PLAINTEXT", port }];
      return { nodeId: index + 1, port, listeners, controllerPort: await freePort() };
    }),
  );

  const security =
    settings.security === "sasl_ssl"
      ? await addSecuredListeners(directory.path, nodes, settings.tokenKeysUri)
      : undefined;
  Object.assign(properties, security?.properties);
  let proxied: KafkaService["proxied"];
  if (settings.proxied === true) {
    const [node] = nodes;
    if (node === undefined || brokerCount !== 1) throw new RangeError("a proxy is of one broker");
    const port = await freePort();
    const proxy = resources.use(await startTcpProxy({ target: { host: "127.0.0.1", port } }));
    const advertised = { port, advertisedPort: proxy.port };
    node.listeners.push({ name: "PROXIED", protocol: "PLAINTEXT", ...advertised });
    proxied = { bootstrapServers: addresses([proxy.port]), proxy };
  }

  const gated: KafkaService["gated"][number][] = [];
  for (let index = 0; index < gateCount; index++) {
    const ports = await Promise.all(nodes.map(() => freePort()));
    const targets = ports.map((port) => ({ host: "127.0.0.1", port }));
    const proxy = resources.use(await startKafkaGateProxy({ targets }));
    for (const [at, { listeners }] of nodes.entries()) {
      const port = ports[at] ?? 0;
      const advertisedPort = proxy.ports[at];
      listeners.push({ name: `GATED${index}`, protocol: "PLAINTEXT", port, advertisedPort });
    }
    gated.push({ bootstrapServers: addresses(proxy.ports), proxy });
  }
  const prepare = version === "4.3" ? prepareKraftBroker : prepareZooKeeperBroker;
  const brokers = await Promise.all(
    nodes.map(async ({ nodeId, listeners }) => {
      const ownDirectory = join(directory.path, `broker-${nodeId}`);
      await mkdir(ownDirectory);
      const rack = settings.racks?.[nodeId - 1];
      const launch = await prepare({
        directory: ownDirectory,
        nodeId,
        controllerPorts: nodes.map(({ controllerPort }) => controllerPort),
        listeners,
        isMeasured: settings.isMeasured ?? false,
        properties: {
          ...properties,
          ...(rack !== undefined && { "broker.rack": rack }),
          ...settings.properties,
          ...settings.brokerProperties?.[nodeId - 1],
        },
        systemProperties: security?.systemProperties ?? {},
      });
      return resources.use(new BrokerProcesses(launch));
    }),
  );
  // Together: each waits for most of the others.
  await Promise.all(brokers.map((broker) => broker.start()));
  const owned = resources.move();
  return {
    brokers,
    bootstrapServers: addresses(nodes.map(({ port }) => port)),
    ...(security && { secured: security.secured, mutualTls: security.mutualTls }),
    ...(proxied !== undefined && { proxied }),
    gated,
    pid: () => brokers[0]?.pid() ?? -1,
    logs: () => brokers.map((broker) => broker.logs()).join("\n"),
    async kill() {
      await Promise.all(brokers.map((broker) => broker.kill()));
    },
    async restart() {
      for (const broker of brokers) await broker.start();
    },
    stop: () => owned.disposeAsync(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The processes of a broker, which come and go. */
class BrokerProcesses implements KafkaBroker {
  readonly #launch: BrokerLauncher;
  #processes: readonly ManagedProcess[] = [];

  constructor(launch: BrokerLauncher) {
    this.#launch = launch;
  }

  pid(): number {
    return this.#processes.at(-1)?.pid ?? -1;
  }

  logs(): string {
    return this.#processes.map((process) => process.stdout() + process.stderr()).join("\n");
  }

  kill(): Promise<void> {
    return this.#end((process) => {
      process.signal("SIGKILL");
      return process.exit;
    });
  }

  async start(): Promise<void> {
    await this.#end((process) => process.stop());
    this.#processes = await this.#launch();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end((process) => process.stop());
  }

  async #end(how: (process: ManagedProcess) => Promise<unknown>): Promise<void> {
    // The broker before the ZooKeeper that it says goodbye to.
    for (const process of this.#processes.toReversed()) await how(process);
  }
}
