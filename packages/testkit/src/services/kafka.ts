import { freePort } from "../process/free-port.ts";
import type { ManagedProcess } from "../process/managed-process.ts";
import { createWorkDirectory } from "../process/work-directory.ts";
import { startKafkaGateProxy } from "../faults/kafka-gate-proxy.ts";
import type { KafkaGateProxy } from "../faults/kafka-gate-proxy.ts";
import { startTcpProxy } from "../faults/tcp-proxy.ts";
import type { TcpProxy } from "../faults/tcp-proxy.ts";
import { prepareKraftBroker, prepareZooKeeperBroker } from "./kafka-broker.ts";
import type { KafkaVersion, Listener } from "./kafka-broker.ts";
import { KAFKA_USER, createBrokerCertificate, securityProperties } from "./kafka-security.ts";
import type { KafkaCredentials } from "./kafka-security.ts";

/** Which Kafka to start. */
export interface KafkaSettings {
  readonly version?: KafkaVersion | undefined;
  /** Partitions of topics that are made without a number. */
  readonly partitions?: number | undefined;
  /** Broker properties, over the package's own. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** Adds a listener with TLS and SASL PLAIN: {@link KafkaService.secured}. */
  readonly security?: "sasl_ssl" | undefined;
  /** Compiles in full and collects like a broker in use: a slower start, figures that count. */
  readonly isMeasured?: boolean | undefined;
  /** Adds a listener behind a proxy: {@link KafkaService.proxied}. */
  readonly proxied?: boolean | undefined;
  /** Adds so many listeners, each behind a gate of its own: {@link KafkaService.gated}. */
  readonly gateCount?: number | undefined;
}

/** A running Kafka of one broker on 127.0.0.1. Topics are never made by asking for them. */
export interface KafkaService extends AsyncDisposable {
  /** `host:port`, without TLS. */
  readonly bootstrapServers: string;
  readonly secured?: KafkaCredentials;
  /** All connections made by this address pass the proxy, those after the first too. */
  readonly proxied?: { readonly bootstrapServers: string; readonly proxy: TcpProxy };
  /** One for each client whose requests are to be told apart from those of others. */
  readonly gated: readonly { readonly bootstrapServers: string; readonly proxy: KafkaGateProxy }[];
  /** The broker's process; another one after {@link restart}. */
  pid(): number;
  /** What the broker printed since it was started last. */
  logs(): string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again with its data and ports, ending it orderly if it runs. */
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
  const { version = "4.3", partitions = 1 } = settings;
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await createWorkDirectory("kafka"));
  const listeners: Listener[] = [
    { name: "PLAINTEXT", protocol: "PLAINTEXT", port: await freePort() },
  ];
  const properties: Record<string, string> = { "num.partitions": String(partitions) };

  let secured: KafkaCredentials | undefined;
  if (settings.security === "sasl_ssl") {
    const port = await freePort();
    const certificate = await createBrokerCertificate(directory.path);
    listeners.push({ name: "SASL_SSL", protocol: "SASL_SSL", port });
    Object.assign(properties, securityProperties(certificate));
    secured = { bootstrapServers: address(port), ca: certificate.ca, ...KAFKA_USER };
  }
  let proxied: KafkaService["proxied"];
  if (settings.proxied === true) {
    const port = await freePort();
    const proxy = resources.use(await startTcpProxy({ target: { host: "127.0.0.1", port } }));
    listeners.push({ name: "PROXIED", protocol: "PLAINTEXT", port, advertisedPort: proxy.port });
    proxied = { bootstrapServers: address(proxy.port), proxy };
  }

  const gated: KafkaService["gated"][number][] = [];
  for (let index = 0; index < (settings.gateCount ?? 0); index++) {
    const port = await freePort();
    const proxy = resources.use(await startKafkaGateProxy({ target: { host: "127.0.0.1", port } }));
    const name = `GATED${index}`;
    listeners.push({ name, protocol: "PLAINTEXT", port, advertisedPort: proxy.port });
    gated.push({ bootstrapServers: address(proxy.port), proxy });
  }
  const prepare = version === "4.3" ? prepareKraftBroker : prepareZooKeeperBroker;
  const launch = await prepare({
    directory: directory.path,
    listeners,
    isMeasured: settings.isMeasured ?? false,
    properties: { ...properties, ...settings.properties },
  });
  let processes: readonly ManagedProcess[] = await launch();
  const end = async (how: (process: ManagedProcess) => Promise<unknown>): Promise<void> => {
    // The broker before the ZooKeeper that it says goodbye to.
    for (const process of processes.toReversed()) await how(process);
  };
  resources.defer(() => end((process) => process.stop()));
  const owned = resources.move();
  const [plain] = listeners;
  return {
    bootstrapServers: address(plain?.port ?? 0),
    ...(secured !== undefined && { secured }),
    ...(proxied !== undefined && { proxied }),
    gated,
    pid: () => processes.at(-1)?.pid ?? -1,
    logs: () => processes.map((process) => process.stdout() + process.stderr()).join("\n"),
    kill: () =>
      end((process) => {
        process.signal("SIGKILL");
        return process.exit;
      }),
    async restart() {
      await end((process) => process.stop());
      processes = await launch();
    },
    stop: () => owned.disposeAsync(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function address(port: number): string {
  return `127.0.0.1:${port}`;
}
