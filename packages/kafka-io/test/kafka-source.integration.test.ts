import { type DevBroker, startDevBroker } from "@salon/dev-broker";
import { type KafkaService, type KafkaVersion, startKafka } from "@salon/testkit";
import { afterAll, beforeAll, describe } from "vitest";
import { describeKafkaSource } from "./kit/describe-kafka-source.ts";
import { DRIVERS } from "./kit/drivers.ts";

const VERSIONS: readonly KafkaVersion[] = ["4.3", "3.9"];

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

  for (const driver of DRIVERS) {
    const bootstrapServers = (): string => kafka?.bootstrapServers ?? "";
    describeKafkaSource(driver, { bootstrapServers, hasGaps: true });
  }
});

describe("the embedded broker", () => {
  let broker: DevBroker | undefined;
  beforeAll(async () => {
    broker = await startDevBroker();
  });
  afterAll(async () => {
    await broker?.[Symbol.asyncDispose]();
  });

  for (const driver of DRIVERS) {
    const bootstrapServers = (): string => broker?.bootstrapServers ?? "";
    describeKafkaSource(driver, { bootstrapServers, hasGaps: false });
  }
});
