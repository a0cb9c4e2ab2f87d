import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { classPath } from "../install/maven-jars.ts";
import { runProcess, startProcess } from "../process/managed-process.ts";
import type { ManagedProcess } from "../process/managed-process.ts";
import { freePort } from "../process/free-port.ts";
import { scramUserArguments } from "./kafka-security.ts";

/** The Kafka lines that can be started: 4.3 with KRaft, 3.9 with ZooKeeper. */
export type KafkaVersion = "4.3" | "3.9";

/** A listener of a broker. */
export interface Listener {
  readonly name: string;
  readonly protocol: "PLAINTEXT" | "SSL" | "SASL_SSL";
  readonly port: number;
  /** What clients are told; `port` if absent. */
  readonly advertisedPort?: number | undefined;
}

/** What a broker is started with. */
export interface BrokerSettings {
  readonly directory: string;
  /** From 1. */
  readonly nodeId: number;
  /** Ports of the controllers of the cluster, by node id from 1; of 4.3. */
  readonly controllerPorts: readonly number[];
  /** The first is used between brokers. */
  readonly listeners: readonly Listener[];
  readonly properties: Readonly<Record<string, string>>;
  /** Properties of its Java machine. */
  readonly systemProperties: Readonly<Record<string, string>>;
  /** Runs with the compiler and collector of a broker in use. */
  readonly isMeasured: boolean;
}

/** A broker's processes, first to last as they were started. */
export type BrokerLauncher = () => Promise<readonly ManagedProcess[]>;

const HOST = "127.0.0.1";
const START_MAX_MS = 90_000;
/** Any id of 16 bytes in URL-safe base64 does. */
const CLUSTER_ID = "c2Fsb24tdGVzdGtpdC1rYQ";
/** What lives shortly starts sooner with the plain collector and the first compiler only. */
const QUICK_START = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
const MEASURED = ["-XX:+UseG1GC"];

/** No waiting for members that nobody expects. */
const SMALL_CLUSTER = {
  "offsets.topic.num.partitions": "4",
  "transaction.state.log.num.partitions": "4",
  "group.initial.rebalance.delay.ms": "0",
  "group.min.session.timeout.ms": "1000",
  "auto.create.topics.enable": "false",
};

/**
 * A broker that was killed may come back when its old session has ended: sooner than by default.
 */
const SESSION_TIMEOUT_MS = "4000";

/**
 * Prepares a broker of 4.3 that is a controller of its cluster too; the result starts it, again
 * after it ended.
 */
export async function prepareKraftBroker(settings: BrokerSettings): Promise<BrokerLauncher> {
  const { directory, nodeId, controllerPorts } = settings;
  const voters = controllerPorts.map((port, index) => `${index + 1}@${HOST}:${port}`);
  const controller = `CONTROLLER://${HOST}:${controllerPorts[nodeId - 1]}`;
  const properties = join(directory, "server.properties");
  await writeProperties(properties, {
    "process.roles": "broker,controller",
    "node.id": String(nodeId),
    "controller.quorum.voters": voters.join(","),
    "controller.listener.names": "CONTROLLER",
    ...listenerProperties(settings.listeners, controller),
    "log.dirs": join(directory, "data"),
    ...SMALL_CLUSTER,
    ...replication(controllerPorts.length),
    "broker.session.timeout.ms": SESSION_TIMEOUT_MS,
    "broker.heartbeat.interval.ms": "500",
    ...settings.properties,
  });
  const log = await writeProperties(join(directory, "log4j2.properties"), {
    "rootLogger.level": "WARN",
    "rootLogger.appenderRef.stdout.ref": "STDOUT",
    "appender.stdout.type": "Console",
    "appender.stdout.name": "STDOUT",
    "appender.stdout.layout.type": "PatternLayout",
    "appender.stdout.layout.pattern": "[%d] %p %m (%c)%n",
    "logger.kafka.name": "kafka.server.KafkaRaftServer",
    "logger.kafka.level": "INFO",
  });
  const java = [`-Dlog4j2.configurationFile=${log}`, "-cp", await classPath("kafka4")];
  const storage = ["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", properties];
  await runProcess({
    command: "java",
    args: [...QUICK_START, ...java, ...storage, ...scramUserArguments()],
    name: "Kafka's StorageTool",
  });
  const broker = [...machineOptions(settings), ...java];
  return async () => [await startBroker(broker, properties, /Kafka Server started/)];
}

/** Prepares a broker of 3.9 and its ZooKeeper; the result starts both, again after they ended. */
export async function prepareZooKeeperBroker(settings: BrokerSettings): Promise<BrokerLauncher> {
  const { directory } = settings;
  const zooKeeperPort = await freePort();
  await mkdir(join(directory, "zookeeper"));
  const zooKeeper = await writeProperties(join(directory, "zoo.cfg"), {
    dataDir: join(directory, "zookeeper"),
    clientPort: String(zooKeeperPort),
    clientPortAddress: HOST,
    "admin.enableServer": "false",
    tickTime: "2000",
  });
  const properties = await writeProperties(join(directory, "server.properties"), {
    "broker.id": "1",
    "zookeeper.connect": `${HOST}:${zooKeeperPort}`,
    ...listenerProperties(settings.listeners),
    "log.dirs": join(directory, "data"),
    ...SMALL_CLUSTER,
    ...replication(1),
    "zookeeper.session.timeout.ms": SESSION_TIMEOUT_MS,
    ...settings.properties,
  });
  const log = await writeProperties(join(directory, "log4j.properties"), {
    "log4j.rootLogger": "WARN, stdout",
    "log4j.logger.kafka.server.KafkaServer": "INFO",
    "log4j.logger.org.apache.zookeeper.server": "INFO",
    "log4j.appender.stdout": "org.apache.log4j.ConsoleAppender",
    "log4j.appender.stdout.layout": "org.apache.log4j.PatternLayout",
    "log4j.appender.stdout.layout.ConversionPattern": "[%d] %p %m (%c)%n",
  });
  const java = [`-Dlog4j.configuration=file:${log}`, "-cp", await classPath("kafka3")];
  const broker = [...machineOptions(settings), ...java];
  return async () => {
    const quorum = await startProcess({
      command: "java",
      args: [
        ...QUICK_START,
        ...java,
        "org.apache.zookeeper.server.quorum.QuorumPeerMain",
        zooKeeper,
      ],
      name: "ZooKeeper",
    });
    await quorum.waitForLine(/binding to port/, { timeoutMs: START_MAX_MS });
    return [quorum, await startBroker(broker, properties, /KafkaServer id=1\] started/)];
  };
}

/** Where clients begin: the addresses of all brokers. */
export function addresses(ports: readonly number[]): string {
  return ports.map((port) => `${HOST}:${port}`).join(",");
}

function machineOptions({ isMeasured, systemProperties }: BrokerSettings): readonly string[] {
  const defined = Object.entries(systemProperties).map(([name, value]) => `-D${name}=${value}`);
  return [...(isMeasured ? MEASURED : QUICK_START), ...defined];
}

async function startBroker(
  java: readonly string[],
  properties: string,
  started: RegExp,
): Promise<ManagedProcess> {
  const broker = await startProcess({
    command: "java",
    args: ["-Xms256m", "-Xmx1g", ...java, "kafka.Kafka", properties],
    name: "Kafka",
  });
  await broker.waitForLine(started, { timeoutMs: START_MAX_MS });
  return broker;
}

/** Each record on three brokers, of which two have to have it, where there are so many. */
function replication(brokerCount: number): Record<string, string> {
  const replicas = String(Math.min(brokerCount, 3));
  const inSync = brokerCount < 3 ? "1" : "2";
  return {
    "default.replication.factor": replicas,
    "min.insync.replicas": inSync,
    "offsets.topic.replication.factor": replicas,
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": inSync,
  };
}

function listenerProperties(
  listeners: readonly Listener[],
  controller?: string,
): Record<string, string> {
  const inner = listeners[0]?.name ?? "PLAINTEXT";
  const bound = listeners.map(({ name, port }) => `${name}://${HOST}:${port}`);
  const protocols = listeners.map(({ name, protocol }) => `${name}:${protocol}`);
  return {
    listeners: [...bound, ...(controller === undefined ? [] : [controller])].join(","),
    "advertised.listeners": listeners
      .map(({ name, port, advertisedPort }) => `${name}://${HOST}:${advertisedPort ?? port}`)
      .join(","),
    "listener.security.protocol.map": [
      ...protocols,
      ...(controller === undefined ? [] : ["CONTROLLER:PLAINTEXT"]),
    ].join(","),
    "inter.broker.listener.name": inner,
  };
}

async function writeProperties(
  path: string,
  properties: Readonly<Record<string, string>>,
): Promise<string> {
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(path, lines.join(""));
  return path;
}
