import { randomUUID } from "node:crypto";
import { type Admin, Kafka, logLevel } from "kafkajs";
import { type LibrdkafkaClient, startLibrdkafka } from "@salon/testkit";

/** A real cluster with foreign clients: librdkafka writes, kafkajs's own client administrates. */
export interface KafkaCluster extends AsyncDisposable {
  readonly bootstrapServers: string;
  readonly writer: LibrdkafkaClient;
  readonly kafka: Kafka;
  readonly admin: Admin;
  /** Makes a topic with a name of its own. */
  createTopic(options?: {
    readonly partitions?: number;
    readonly config?: Readonly<Record<string, string>>;
  }): Promise<string>;
  /** Moves the log's start up, as retention does. */
  deleteRecordsBefore(topic: string, partition: number, offset: number): Promise<void>;
}

export async function connectKafkaCluster(bootstrapServers: string): Promise<KafkaCluster> {
  await using resources = new AsyncDisposableStack();
  const writer = resources.use(await startLibrdkafka({ bootstrapServers }));
  const kafka = new Kafka({ brokers: bootstrapServers.split(","), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  resources.defer(() => admin.disconnect());
  const owned = resources.move();
  return {
    bootstrapServers,
    writer,
    kafka,
    admin,
    async createTopic(options) {
      const topic = `kafka-io-${randomUUID()}`;
      await writer.createTopic(topic, options);
      return topic;
    },
    async deleteRecordsBefore(topic, partition, offset) {
      // Has kafkajs load the topic's metadata, without which the deletion fails.
      await admin.fetchTopicOffsets(topic);
      const partitions = [{ partition, offset: String(offset) }];
      await admin.deleteTopicRecords({ topic, partitions });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Records `first` to `first + count - 1` of one partition, told apart by their values. */
export function numbered(
  count: number,
  options: { partition?: number; first?: number; size?: number } = {},
): { partition: number; key: Buffer; value: Buffer }[] {
  const { partition = 0, first = 0, size = 0 } = options;
  return Array.from({ length: count }, (_, i) => ({
    partition,
    key: Buffer.from(`k${first + i}`),
    value: Buffer.from(`${first + i} ${"salon ".repeat(Math.ceil(size / 6))}`.trim()),
  }));
}
