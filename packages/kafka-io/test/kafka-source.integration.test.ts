import { type DevBroker, startDevBroker } from "@salon/dev-broker";
import { type KafkaService, type KafkaVersion, startKafka } from "@salon/testkit";
import { afterAll, beforeAll, describe } from "vitest";
import { describeKafkaSource } from "./kit/describe-kafka-source.ts";
import { DRIVERS } from "./kit/drivers.ts";

const VERSIONS: readonly KafkaVersion[] = ["4.3", "3.9"];

/** Of members by KIP-848, whose session is the broker's to set. */
const SHORT_SESSIONS = {
  "group.consumer.min.session.timeout.ms": "1000",
  "group.consumer.session.timeout.ms": "5000",
  "group.consumer.min.heartbeat.interval.ms": "100",
  "group.consumer.heartbeat.interval.ms": "1000",
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
        ...(version === "4.3" && SHORT_SESSIONS),
      },
    });
  });
  afterAll(async () => {
    await kafka?.stop();
  });

  for (const driver of DRIVERS) {
    const bootstrapServers = (): string => kafka?.bootstrapServers ?? "";
    const sharesOut = version === "4.3";
    describeKafkaSource(driver, { bootstrapServers, hasGaps: true, sharesOut });
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
    describeKafkaSource(driver, { bootstrapServers, hasGaps: false, sharesOut: false });
  }
});
