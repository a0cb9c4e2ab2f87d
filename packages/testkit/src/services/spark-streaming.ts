import { installJars } from "../install/maven-jars.ts";
import { installPython, pythonFile } from "../install/python-environment.ts";
import { startProcess } from "../process/managed-process.ts";
import type { ManagedProcess } from "../process/managed-process.ts";
import type { S3Access } from "./minio.ts";

/** A Spark Structured Streaming job: ratings of a topic into a table of a hadoop catalog. */
export interface SparkStreamingJob {
  readonly bootstrapServers: string;
  readonly topic: string;
  readonly table: string;
  readonly warehouse: string;
  readonly s3: S3Access;
  /** Location of its checkpoint directory. */
  readonly checkpoint: string;
  /** `foreachBatch` appends by hand; `table` is Iceberg's own streaming sink. */
  readonly sink: "foreachBatch" | "table";
  /** `earliest`, or JSON by topic and partition. */
  readonly startingOffsets: string;
  readonly recordsPerBatch: number;
  /** Where `foreachBatch` stops for good: before it writes a batch, or when it has written it. */
  readonly hold?: { readonly batch: number; readonly when: "before" | "after" } | undefined;
}

/** A job that runs until it came to the end of the topic. */
export interface SparkStreaming extends AsyncDisposable {
  /** Resolves when it has stopped where it is told to. */
  holding(): Promise<void>;
  /** Resolves when it has ended by itself; `PROCESS_FAILED` where it failed. */
  done(): Promise<void>;
  /** SIGKILL to the Java process that does the work, and to the one that started it. */
  kill(): Promise<void>;
}

/** Long enough for a cold start on a machine that has much else to do. */
const JOB_MAX_MS = 180_000;

/**
 * Starts a job. Spark 3.5 with Iceberg 1.11.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`, `PROCESS_FAILED`.
 */
export async function startSparkStreaming(job: SparkStreamingJob): Promise<SparkStreaming> {
  const [python, jars, kafkaJars] = await Promise.all([
    installPython("spark"),
    installJars("spark"),
    installJars("spark-kafka"),
  ]);
  const child = await startProcess({
    command: python,
    args: ["-u", pythonFile("spark_streaming.py"), jars, kafkaJars, JSON.stringify(job)],
    env: { TZ: "UTC", PYTHONDONTWRITEBYTECODE: "1", PYTHONPATH: undefined },
    name: "spark streaming",
  });
  return {
    holding: async () => void (await child.waitForLine(/^holding \d+$/, { timeoutMs: JOB_MAX_MS })),
    done: async () => void (await child.waitForLine(/^done$/, { timeoutMs: JOB_MAX_MS })),
    kill: () => kill(child),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

async function kill(child: ManagedProcess): Promise<void> {
  const line = await child.waitForLine(/^jvm \d+$/);
  process.kill(Number(line.split(" ")[1]), "SIGKILL");
  child.signal("SIGKILL");
  await child.exit;
}
