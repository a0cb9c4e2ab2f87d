import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openKafkaSink } from "../../packages/kafka-io/src/index.ts";
import { createWorkDirectory, freePort, installJarsOf } from "../../packages/testkit/src/index.ts";
import type { DrainingPeer } from "../against.ts";
import type { Stage } from "../stage.ts";
import { COMMIT_INTERVAL_MS, drainUntil } from "./drain-until.ts";
import { startJvm } from "./jvm.ts";

/**
 * By default a minute: tasks answer a commit at the next flush where no record comes any more, so
 * that the last rows of a backlog would wait.
 */
const OFFSET_FLUSH_INTERVAL_MS = 2_000;

/**
 * A standalone worker of Kafka Connect with Iceberg's sink. It has no column for the time of
 * processing, which stays null.
 */
export const kafkaConnect: DrainingPeer = {
  name: "Kafka Connect",
  async drain(stage, { topic, rowCount }) {
    const [runtime, plugin] = await Promise.all([
      installJarsOf(join(import.meta.dirname, "kafka-connect.xml")),
      installJarsOf(join(import.meta.dirname, "kafka-connect-iceberg.xml")),
    ]);
    await using directory = await createWorkDirectory("connect");
    const plugins = join(directory.path, "plugins");
    await mkdir(plugins);
    await symlink(plugin, join(plugins, "iceberg"));
    const inFolder = (name: string): string => join(directory.path, name);
    await writeProperties(inFolder("worker.properties"), {
      "bootstrap.servers": stage.bootstrapServers,
      listeners: `http://127.0.0.1:${await freePort()}`,
      "key.converter": "org.apache.kafka.connect.storage.StringConverter",
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
      "value.converter.schemas.enable": "false",
      "plugin.path": plugins,
      "plugin.discovery": "service_load",
      "offset.storage.file.filename": inFolder("offsets"),
      "offset.flush.interval.ms": String(OFFSET_FLUSH_INTERVAL_MS),
    });
    return await drainUntil(stage, rowCount, async (table) => {
      await writeProperties(inFolder("sink.properties"), await sinkProperties(stage, topic, table));
      return startJvm(stage, {
        name: "Kafka Connect",
        classPath: join(runtime, "*"),
        mainClass: "org.apache.kafka.connect.cli.ConnectStandalone",
        args: [inFolder("worker.properties"), inFolder("sink.properties")],
      });
    });
  },
};

/** Makes the control topic too, which a broker makes for nobody unless it is told to. */
async function sinkProperties(
  stage: Stage,
  topic: string,
  table: string,
): Promise<Readonly<Record<string, string>>> {
  const control = `control_${table}`;
  const bootstrapServers = [stage.bootstrapServers];
  await using sink = await openKafkaSink({ bootstrapServers, topic: control });
  await sink.ensureTopic(1);
  return {
    name: table,
    "connector.class": "org.apache.iceberg.connect.IcebergSinkConnector",
    "tasks.max": "2",
    topics: topic,
    "iceberg.tables": `default.${table}`,
    "iceberg.control.topic": control,
    "iceberg.control.commit.interval-ms": String(COMMIT_INTERVAL_MS),
    "iceberg.catalog.type": "rest",
    "iceberg.catalog.uri": stage.restUri,
    "iceberg.catalog.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
    "iceberg.catalog.s3.endpoint": stage.s3.endpoint,
    "iceberg.catalog.s3.path-style-access": "true",
    "iceberg.catalog.client.region": stage.s3.region,
    transforms: "origin",
    "transforms.origin.type": "org.apache.iceberg.connect.transforms.KafkaMetadataTransform",
    "transforms.origin.field_name": "_kafka",
    "transforms.origin.nested": "false",
  };
}

async function writeProperties(
  path: string,
  properties: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(path, lines.join(""));
}
