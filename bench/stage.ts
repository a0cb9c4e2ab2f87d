import {
  createBucket,
  startKafka,
  startMinio,
  startRestCatalog,
} from "../packages/testkit/src/index.ts";
import type { S3Access } from "../packages/testkit/src/index.ts";
import { pinToCore, SERVICE_CORE } from "./cores.ts";

/** Kafka, MinIO and a REST catalog that share a core, so that the other is the measured one's. */
export interface Stage extends AsyncDisposable {
  readonly bootstrapServers: string;
  readonly s3: S3Access;
  readonly restUri: string;
  readonly pids: readonly number[];
}

/** Partitions of every topic. */
export const PARTITION_COUNT = 8;

const BUCKET = "bench";
/** Names a stage that runs already, with its topics. */
const VARIABLE = "SALON_BENCH_STAGE";

/** The stage that the environment names, or a new one, which ends with the caller. */
export async function openStage(): Promise<Stage> {
  pinToCore(SERVICE_CORE);
  const running = process.env[VARIABLE];
  if (running === undefined) return startStage();
  const stage = JSON.parse(running) as Omit<Stage, keyof AsyncDisposable>;
  return { ...stage, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** The environment in which a program finds the stage. */
export function stageEnvironment(stage: Stage): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(stage) };
}

async function startStage(): Promise<Stage> {
  await using resources = new AsyncDisposableStack();
  const kafka = resources.use(await startKafka({ partitions: PARTITION_COUNT, isMeasured: true }));
  const minio = resources.use(await startMinio());
  const { endpoint, accessKeyId, secretAccessKey, region, pid: minioPid } = minio;
  const s3: S3Access = { endpoint, accessKeyId, secretAccessKey, region };
  await createBucket(s3, BUCKET);
  const catalog = resources.use(await startRestCatalog({ s3, warehouse: `s3://${BUCKET}/rest` }));
  const pids = [kafka.pid(), minioPid, catalog.pid];
  for (const pid of pids) pinToCore(SERVICE_CORE, pid);
  const owned = resources.move();
  return {
    bootstrapServers: kafka.bootstrapServers,
    s3,
    restUri: catalog.uri,
    pids,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
