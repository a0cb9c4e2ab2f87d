import { createWorkDirectory, startNodeProgram, useSharedServices } from "@salon/testkit";
import type { CatalogReference, ManagedProcess } from "@salon/testkit";

const consumeMain = new URL("../../src/main.ts", import.meta.url);
const tableMain = new URL("../../../table-cli/src/main.ts", import.meta.url);

/** A catalog as the commands and the foreign readers know it. */
export interface TestCatalog {
  readonly kind: "hadoop" | "rest";
  readonly flags: readonly string[];
  readonly reference: CatalogReference;
  /** The name by which foreign readers know a table. */
  readonly tableName: (name: string) => string;
}

/** The S3 store of this run, or a proxy in front of it, in the layout of Spark's hadoop catalog. */
export function hadoopCatalog(endpoint: string = useSharedServices().s3.endpoint): TestCatalog {
  const { s3, bucket } = useSharedServices();
  return {
    kind: "hadoop",
    flags: ["--catalog", "hadoop", "--warehouse", `s3a://${bucket}`, ...s3Flags(endpoint)],
    reference: { kind: "hadoop", warehouse: `s3a://${bucket}`, s3 },
    tableName: (name) => name,
  };
}

/** The REST catalog of this run, or a proxy in front of it. */
export function restCatalog(uri: string = useSharedServices().restCatalog.uri): TestCatalog {
  const { s3, restCatalog: own } = useSharedServices();
  return {
    kind: "rest",
    flags: ["--catalog", "rest", "--catalog-property", `uri=${uri}`, ...s3Flags()],
    reference: { kind: "rest", uri: own.uri, warehouse: own.warehouse, s3 },
    tableName: (name) => `default.${name}`,
  };
}

function s3Flags(endpoint: string = useSharedServices().s3.endpoint): readonly string[] {
  const { region } = useSharedServices().s3;
  return Object.entries({
    "s3.endpoint": endpoint,
    "s3.path-style-access": "true",
    "s3.region": region,
  }).flatMap(([name, value]) => ["--catalog-property", `${name}=${value}`]);
}

/** What a consumer is started with, besides its catalog. */
export interface ConsumerSettings {
  readonly topic: string;
  readonly table: string;
  readonly flags?: readonly string[];
  /** The shared broker's by default. */
  readonly bootstrapServers?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `salon-consume`. */
export function startConsumer(
  catalog: TestCatalog,
  settings: ConsumerSettings,
): Promise<ManagedProcess> {
  const { topic, table, flags = [], env = {} } = settings;
  const { bootstrapServers = useSharedServices().kafka.bootstrapServers } = settings;
  return startNodeProgram({
    entry: consumeMain,
    name: "salon-consume",
    env: { ...credentials(), ...env },
    args: [
      `--bootstrap-servers=${bootstrapServers}`,
      `--topic=${topic}`,
      `--table=${table}`,
      `--group-id=${table}-group`,
      "--starting-offsets=earliest",
      "--log-format=json",
      "--log-level=debug",
      ...catalog.flags,
      ...flags,
    ],
  });
}

/**
 * Runs `salon-consume` to its end and answers its exit code; its output is in the error otherwise.
 */
export async function runConsumer(...settings: Parameters<typeof startConsumer>): Promise<void> {
  await using consumer = await startConsumer(...settings);
  const { code, signal } = await consumer.exit;
  if (code !== 0) {
    throw new Error(`salon-consume ended with ${code ?? signal}\n${consumer.lastLines(60)}`);
  }
}

/** Runs `salon-table` and answers what it printed; an exit code other than 0 is an error. */
export async function runTable(catalog: TestCatalog, args: readonly string[]): Promise<string> {
  const [command = "describe", ...rest] = args;
  await using directory = await createWorkDirectory("salon-table");
  await using table = await startNodeProgram({
    entry: tableMain,
    name: "salon-table",
    cwd: directory.path,
    env: credentials(),
    args: [command, ...catalog.flags, ...rest],
  });
  const { code, signal } = await table.exit;
  if (code === 0) return table.stdout();
  throw new Error(`salon-table ${command} ended with ${code ?? signal}\n${table.lastLines(60)}`);
}

function credentials(): Record<string, string> {
  const { accessKeyId, secretAccessKey } = useSharedServices().s3;
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}
