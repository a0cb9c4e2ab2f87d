import { type Api, encodeRequestFrame, type RequestOf, ZERO_UUID } from "@salon/kafka-protocol";
import type { fetch, metadata, produce } from "@salon/kafka-protocol";

/** A request in its frame. */
export function frameOf<Request, Response>(
  api: Api<Request, Response>,
  apiVersion: number,
  request: Request,
): Buffer {
  const header = { apiKey: api.key, apiVersion, correlationId: 7, clientId: "raw" };
  const body = api.encodeRequest(apiVersion, request);
  return encodeRequestFrame(header, api.isFlexible(apiVersion), body);
}

/** Asks for all topics. */
export const METADATA_REQUEST: RequestOf<typeof metadata> = {
  topics: undefined,
  allowAutoTopicCreation: false,
  includeClusterAuthorizedOperations: false,
  includeTopicAuthorizedOperations: false,
};

/** Waits a minute for the first byte of partition 0 of topic "t". */
export function fetchRequest(more: Partial<RequestOf<typeof fetch>> = {}): RequestOf<typeof fetch> {
  const partition = {
    index: 0,
    currentLeaderEpoch: -1,
    fetchOffset: 0n,
    lastFetchedEpoch: -1,
    logStartOffset: -1n,
  };
  return {
    replicaId: -1,
    maxWaitMs: 60_000,
    minBytes: 1,
    maxBytes: 1_000_000,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [
      { name: "t", topicId: ZERO_UUID, partitions: [{ ...partition, maxBytes: 1_000_000 }] },
    ],
    forgotten: [],
    rackId: "",
    ...more,
  };
}

/** One batch for partition 0 of a topic. */
export function produceRequest(
  records: Buffer | undefined,
  { acks = -1, topic = "t" }: { readonly acks?: number; readonly topic?: string } = {},
): RequestOf<typeof produce> {
  return {
    transactionalId: undefined,
    acks,
    timeoutMs: 1_000,
    topics: [{ name: topic, partitions: [{ index: 0, records }] }],
  };
}
