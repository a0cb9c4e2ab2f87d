import {
  decodeTopicIdResponse,
  encodeTopicIdRequest,
  METADATA_API_KEY,
  METADATA_API_VERSION,
} from "../protocol/03-metadata.ts";
import { exchange, type KafkajsCluster } from "./kafkajs-cluster.ts";

/**
 * The id of a topic that exists; undefined where brokers are too old to show it.
 *
 * @throws whatever kafkajs throws.
 */
export async function fetchTopicId(
  cluster: KafkajsCluster,
  topic: string,
  requestTimeoutMs: number,
): Promise<string | undefined> {
  const broker = await cluster.findControllerBroker();
  const maxVersion = broker.versions?.[METADATA_API_KEY]?.maxVersion ?? 0;
  if (maxVersion < METADATA_API_VERSION) return undefined;
  const body = encodeTopicIdRequest(topic);
  const { topicId } = await exchange(
    broker,
    { apiKey: METADATA_API_KEY, apiVersion: METADATA_API_VERSION, apiName: "Metadata", body },
    { decode: decodeTopicIdResponse, requestTimeoutMs },
  );
  return topicId;
}
