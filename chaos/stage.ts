import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  startKafka,
  startLibrdkafka,
  startMinio,
  startReader,
  startRestCatalog,
} from "@salon/testkit";
import type {
  CatalogReference,
  KafkaService,
  LibrdkafkaClient,
  MinioService,
  SqlReader,
} from "@salon/testkit";
import { LIMIT_MS } from "./within-limit.ts";

/** The table that the members write; its dead letters are beside it. */
export const MAIN_TABLE = "ratings";
export const DEAD_LETTERS_TABLE = `${MAIN_TABLE}_dead_letters`;
export const TOPIC = "ratings";
const PARTITION_COUNT = 16;

export type CatalogKind = "rest" | "hadoop";

/** Who shares the partitions out: one of the members, or the brokers (KIP-848). */
export type GroupProtocol = "classic" | "consumer";

/** Short, so that the group goes on soon; long enough for a loaded machine's heartbeats. */
export const SESSION_TIMEOUT_MS = 5_000;

/** Sessions of that length for members that brokers share the partitions out to. */
const SESSION_PROPERTIES = {
  "group.consumer.min.session.timeout.ms": String(SESSION_TIMEOUT_MS),
  "group.consumer.session.timeout.ms": String(SESSION_TIMEOUT_MS),
  "group.consumer.min.heartbeat.interval.ms": "1000",
  "group.consumer.heartbeat.interval.ms": "1000",
};

/** The services of a run, and how the commands and a foreign reader reach them. */
export interface Stage {
  readonly kafka: KafkaService;
  readonly s3: MinioService;
  readonly groupProtocol: GroupProtocol;
  /** A client of the brokers without a proxy. */
  readonly client: LibrdkafkaClient;
  /** Gives the topic one partition more. */
  addPartition(): Promise<void>;
  /** Deletes the topic, and creates it anew with as many partitions. */
  recreateTopic(): Promise<void>;
  /** Started when it is asked for first. */
  spark(): Promise<SqlReader>;
  /** Absent in the hadoop layout. */
  readonly restUri?: string;
  readonly reference: CatalogReference;
  readonly credentials: Readonly<Record<string, string>>;
  /** Where the members' logs are kept. */
  readonly logDirectory: string;
  /** The name by which a foreign reader knows a table. */
  tableName(name: string): string;
  catalogFlags(urls?: ServiceUrls): readonly string[];
  /** All that a consumer is told, but for its brokers and its own limits. */
  consumerFlags(urls?: ServiceUrls): readonly string[];
}

/** Addresses of proxies in front of the services; the services' own where absent. */
interface ServiceUrls {
  readonly storeUrl?: string | undefined;
  readonly catalogUrl?: string | undefined;
}

const BUCKET = "chaos";
const RETRY_EVERY_MS = 500;

/** Starts Kafka with a gate for each member, MinIO, and a catalog; all owned by `resources`. */
export async function startStage(
  settings: {
    readonly catalog: CatalogKind;
    readonly memberCount: number;
    readonly brokerCount: number;
    readonly groupProtocol: GroupProtocol;
  },
  resources: AsyncDisposableStack,
): Promise<Stage> {
  const { brokerCount, groupProtocol, memberCount } = settings;
  const [kafka, s3] = await Promise.all([
    startKafka({ gateCount: memberCount, brokerCount, properties: SESSION_PROPERTIES }),
    startMinio(),
  ]);
  resources.use(kafka);
  resources.use(s3);
  await s3.createBucket(BUCKET);
  const rest =
    settings.catalog === "rest"
      ? resources.use(await startRestCatalog({ s3, warehouse: `s3://${BUCKET}/rest` }))
      : undefined;
  const client = resources.use(await startLibrdkafka(kafka));
  await client.createTopic(TOPIC, { partitions: PARTITION_COUNT });
  let partitions = PARTITION_COUNT;
  let starting: Promise<SqlReader> | undefined;
  const spark = async (): Promise<SqlReader> => {
    starting ??= startReader("spark").then((reader) => resources.use(reader));
    return starting;
  };
  const logDirectory = await mkdtemp(join(tmpdir(), `salon-chaos-${settings.catalog}-`));
  const catalogFlags = ({ storeUrl, catalogUrl }: ServiceUrls = {}): readonly string[] => [
    ...(rest === undefined
      ? ["--catalog=hadoop", `--warehouse=s3a://${BUCKET}`]
      : ["--catalog=rest", `--catalog-property=uri=${catalogUrl ?? rest.uri}`]),
    `--catalog-property=s3.endpoint=${storeUrl ?? s3.endpoint}`,
    "--catalog-property=s3.path-style-access=true",
    `--catalog-property=s3.region=${s3.region}`,
    `--table=${MAIN_TABLE}`,
  ];
  return {
    kafka,
    s3,
    groupProtocol,
    client,
    async addPartition() {
      partitions += 1;
      await client.addPartitions(TOPIC, partitions);
    },
    async recreateTopic() {
      await client.deleteTopic(TOPIC);
      await retryUntilDone(() => client.createTopic(TOPIC, { partitions }));
    },
    spark,
    ...(rest !== undefined && { restUri: rest.uri }),
    reference:
      rest === undefined
        ? { kind: "hadoop", warehouse: `s3a://${BUCKET}`, s3 }
        : { kind: "rest", uri: rest.uri, warehouse: rest.warehouse, s3 },
    credentials: { AWS_ACCESS_KEY_ID: s3.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.secretAccessKey },
    logDirectory,
    tableName: (name) => (rest === undefined ? name : `default.${name}`),
    catalogFlags,
    consumerFlags: (urls) => [
      ...catalogFlags(urls),
      `--topic=${TOPIC}`,
      "--group-id=chaos",
      `--group-protocol=${groupProtocol}`,
      "--starting-offsets=earliest",
      "--log-format=json",
      "--log-level=info",
    ],
  };
}

/** A topic is there for a while after its deletion was taken. */
async function retryUntilDone(call: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(RETRY_EVERY_MS);
    }
  }
}
