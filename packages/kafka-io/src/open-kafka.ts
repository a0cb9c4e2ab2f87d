import type { CreateBrokerLink } from "./broker/broker-link.ts";
import type { KafkaConnectionSettings } from "./port/connection-settings.ts";
import { createBrokerLinks } from "./connection/connected-broker.ts";
import type { KafkaGroup } from "./port/kafka-group.ts";
import type { KafkaLogger } from "./port/kafka-logger.ts";
import type { KafkaSink } from "./port/kafka-sink.ts";
import type { KafkaSource } from "./port/kafka-source.ts";
import { createKafkajsLinks } from "./kafkajs/kafkajs-broker-link.ts";
import { type KafkaSinkSettings, openTopicSink } from "./sink/topic-sink.ts";
import type { KafkaSourceSettings } from "./source/source-settings.ts";
import { createTopicGroup, type KafkaGroupSettings } from "./source/topic-group.ts";
import { openTopicSource } from "./source/topic-source.ts";

/** What a source or sink works with, apart from its settings. */
export interface KafkaComponents {
  /** Default: nothing is logged. */
  readonly logger?: KafkaLogger | undefined;
}

/**
 * Connects to a cluster to read one topic. Nothing is read before `start`.
 *
 * @throws KafkaIoError `SETTINGS_INVALID`, `KAFKA_UNREACHABLE` (retryable), `KAFKA_UNAUTHORIZED`.
 */
export async function openKafkaSource(
  settings: KafkaSourceSettings,
  components: KafkaComponents = {},
): Promise<KafkaSource> {
  return openTopicSource(settings, brokerLinks(settings, components));
}

/** Connects to a cluster to write one topic; errors as of {@link openKafkaSource}. */
export async function openKafkaSink(
  settings: KafkaSinkSettings,
  components: KafkaComponents = {},
): Promise<KafkaSink> {
  return openTopicSink(settings, brokerLinks(settings, components));
}

/**
 * A consumer group to look at from outside. No connection is made before something is asked.
 *
 * @throws KafkaIoError `SETTINGS_INVALID`.
 */
export function createKafkaGroup(
  settings: KafkaGroupSettings,
  components: KafkaComponents = {},
): KafkaGroup {
  return createTopicGroup(settings, brokerLinks(settings, components));
}

/** The links of the driver that the settings name. */
export function brokerLinks(
  settings: KafkaConnectionSettings,
  { logger }: KafkaComponents = {},
): CreateBrokerLink {
  const { driver = "salon" } = settings;
  switch (driver) {
    case "salon":
      return createBrokerLinks(settings);
    case "kafkajs":
      return createKafkajsLinks(settings, logger);
    default:
      return driver satisfies never;
  }
}
