import { BrokerError, nameConnectionError } from "../broker/broker-error.ts";
import type { CreateBrokerLink } from "../broker/broker-link.ts";
import { parseBootstrapServers } from "../port/connection-settings.ts";
import { KafkaCluster } from "./kafka-cluster.ts";

/**
 * A cluster that has answered once. What it has against the topic is told to those who ask for it.
 *
 * @throws KafkaIoError `SETTINGS_INVALID`, `KAFKA_UNREACHABLE` (retryable), `KAFKA_UNAUTHORIZED`.
 */
export async function connectCluster(
  settings: { readonly bootstrapServers: readonly string[]; readonly topic: string },
  createLink: CreateBrokerLink,
): Promise<KafkaCluster> {
  const { topic, bootstrapServers } = settings;
  const servers = parseBootstrapServers(bootstrapServers);
  const cluster = new KafkaCluster({ bootstrapServers: servers, topic }, createLink);
  try {
    await cluster.refreshMetadata();
    return cluster;
  } catch (error) {
    if (error instanceof BrokerError) return cluster;
    cluster[Symbol.dispose]();
    throw nameConnectionError(error, { action: "connect to Kafka", bootstrapServers });
  }
}
