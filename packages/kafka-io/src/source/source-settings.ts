import { REQUEST_TIMEOUT_MS } from "../broker/broker-link.ts";
import type { KafkaConnectionSettings } from "../port/connection-settings.ts";
import type { GroupMemberSettings } from "./group-requests.ts";

/** What to read and how. Plain data. Give `groupId`, `assign`, or both. */
export interface KafkaSourceSettings extends KafkaConnectionSettings {
  readonly topic: string;
  /** The consumer group to be a member of; with `assign` only where offsets are mirrored to. */
  readonly groupId?: string | undefined;
  /**
   * Makes a static member of the process (KIP-345): the group keeps its partitions for it while it
   * is away for less than a session. No two processes of a group may have the same.
   */
  readonly groupInstanceId?: string | undefined;
  /**
   * How members agree: among themselves, or by what the brokers say (KIP-848), which takes Kafka
   * 4.0 or newer, and the brokers' own session timeout. Default `classic`.
   */
  readonly groupProtocol?: "classic" | "consumer" | undefined;
  /** Exactly these partitions, outside of any group. */
  readonly assign?: readonly number[] | undefined;
  /** After this long without a heartbeat the group gives the partitions to others. Default 10 s. */
  readonly sessionTimeoutMs?: number | undefined;
  /** How long a member may take to give its partitions back. Default 60 s. */
  readonly rebalanceTimeoutMs?: number | undefined;
  /** Default: a third of the session timeout, at most 3 s. */
  readonly heartbeatIntervalMs?: number | undefined;
  /** How long a broker waits for new records before it answers a fetch. Default 500 ms. */
  readonly maxWaitMs?: number | undefined;
  /** Bytes of one fetch, compressed as they are. Default 10 MiB. */
  readonly maxBytes?: number | undefined;
  /** The same of one partition; a larger batch still comes whole. Default 1 MiB. */
  readonly maxBytesPerPartition?: number | undefined;
  /** Inflated bytes after which a chunk is delivered. Default 4 MiB. */
  readonly chunkBytes?: number | undefined;
  /** A batch that inflates beyond it is an error. Default 256 MiB. */
  readonly inflatedBatchBytesMax?: number | undefined;
  /**
   * Where this reader is: brokers that select replicas by rack name one there (KIP-392), and those
   * that share partitions out are told of it (`groupProtocol`).
   */
  readonly clientRack?: string | undefined;
  /** How often leaders and the number of partitions are asked for. Default 30 s. */
  readonly metadataMaxAgeMs?: number | undefined;
}

const MEBIBYTE = 1024 * 1024;
/** How often leaders and the number of partitions are asked for, where the settings do not say. */
export const METADATA_MAX_AGE_MS = 30_000;

/** How much is fetched at once. */
export interface LogReaderSettings {
  /** Of the topic, where brokers know it. */
  readonly topicId?: string | undefined;
  /** Empty: records are read from leaders. */
  readonly rackId: string;
  /** How long a replica is read, or left alone after an error, before the leader is asked anew. */
  readonly replicaMaxAgeMs: number;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
  readonly chunkBytes: number;
  readonly inflatedBatchBytesMax: number;
  readonly requestTimeoutMs: number;
}

/** What the settings mean to the reader. */
export function readerSettings(settings: KafkaSourceSettings): LogReaderSettings {
  return {
    rackId: settings.clientRack ?? "",
    replicaMaxAgeMs: settings.metadataMaxAgeMs ?? METADATA_MAX_AGE_MS,
    maxWaitMs: settings.maxWaitMs ?? 500,
    minBytes: 1,
    maxBytes: settings.maxBytes ?? 10 * MEBIBYTE,
    maxBytesPerPartition: settings.maxBytesPerPartition ?? MEBIBYTE,
    chunkBytes: settings.chunkBytes ?? 4 * MEBIBYTE,
    inflatedBatchBytesMax: settings.inflatedBatchBytesMax ?? 256 * MEBIBYTE,
    requestTimeoutMs: settings.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
  };
}

/** What the settings mean to the member of the group. */
export function memberSettings(
  settings: KafkaSourceSettings,
  groupId: string,
): GroupMemberSettings {
  const sessionTimeoutMs = settings.sessionTimeoutMs ?? 10_000;
  return {
    groupId,
    groupInstanceId: settings.groupInstanceId,
    clientRack: settings.clientRack,
    sessionTimeoutMs,
    rebalanceTimeoutMs: settings.rebalanceTimeoutMs ?? 60_000,
    heartbeatIntervalMs:
      settings.heartbeatIntervalMs ?? Math.min(3000, Math.floor(sessionTimeoutMs / 3)),
  };
}
