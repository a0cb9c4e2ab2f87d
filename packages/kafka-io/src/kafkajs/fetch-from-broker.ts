import {
  decodeFetchResponse,
  encodeFetchRequest,
  FETCH_API_KEY,
  FETCH_API_VERSION,
  type FetchedPartition,
  type FetchRequest,
} from "../protocol/01-fetch.ts";
import { errorFromCode } from "../protocol/error-code.ts";
import { exchange, type KafkajsCluster } from "./kafkajs-cluster.ts";

/**
 * Fetches from a broker; the answer by partition.
 *
 * @throws KafkaIoError and whatever kafkajs throws.
 */
export async function fetchFromBroker(
  cluster: KafkajsCluster,
  nodeId: number,
  request: FetchRequest & { readonly requestTimeoutMs: number },
): Promise<Map<number, FetchedPartition>> {
  const broker = await cluster.findBroker({ nodeId });
  const body = encodeFetchRequest(request);
  const response = await exchange(
    broker,
    { apiKey: FETCH_API_KEY, apiVersion: FETCH_API_VERSION, apiName: "Fetch", body },
    {
      decode: decodeFetchResponse,
      requestTimeoutMs: request.requestTimeoutMs + request.maxWaitMs,
    },
  );
  if (response.errorCode !== 0) throw errorFromCode(response.errorCode, "fetch");
  return new Map(response.partitions.map((fetched) => [fetched.partition, fetched]));
}
