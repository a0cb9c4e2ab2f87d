import { type DevBroker, startDevBroker } from "@salon/dev-broker";
import { type KafkaService, type KafkaVersion, startKafka } from "@salon/testkit";
import { afterAll, beforeAll, describe } from "vitest";
import { openKafkajsSource } from "../../src/index.ts";
import { describeKafkaSource, type Driver } from "../kit/describe-kafka-source.ts";

const VERSIONS: readonly KafkaVersion[] = ["4.3", "3.9"];

const driver: Driver = {
  open: ({ bootstrapServers, ...options }) =>
    openKafkajsSource({ ...options, bootstrapServers: [bootstrapServers] }),
  memberProgram: new URL("group-member-program.ts", import.meta.url),
};

describe.each(VERSIONS)("Kafka %s", (version) => {
  let kafka: KafkaService | undefined;
  beforeAll(async () => {
    kafka = await startKafka({
      version,
      properties: {
        // Compaction soon after there is something to compact.
        "log.cleaner.backoff.ms": "500",
        // Asking for a topic would make it, if the request allowed that.
        "auto.create.topics.enable": "true",
      },
    });
  });
  afterAll(async () => {
    await kafka?.stop();
  });

  describeKafkaSource(
    "kafkajs",
    { bootstrapServers: () => kafka?.bootstrapServers ?? "", hasGaps: true },
    driver,
  );
});

describe("the embedded broker", () => {
  let broker: DevBroker | undefined;
  beforeAll(async () => {
    broker = await startDevBroker();
  });
  afterAll(async () => {
    await broker?.[Symbol.asyncDispose]();
  });

  describeKafkaSource(
    "kafkajs",
    { bootstrapServers: () => broker?.bootstrapServers ?? "", hasGaps: false },
    driver,
  );
});
