import type { GroupCoordinator } from "./group/group-coordinator.ts";
import type { GroupOffsets } from "./group/group-offsets.ts";
import type { Topics } from "./log/topics.ts";
import type { Timers } from "./timers.ts";

/** The one broker of the cluster. */
export const NODE_ID = 1;

/** Whether these replicas are the one that there can be. */
export function isOnNode(brokerIds: readonly number[]): boolean {
  return brokerIds.length === 1 && brokerIds[0] === NODE_ID;
}

/** What a broker does where nobody says otherwise. */
export interface BrokerSettings {
  /** Partitions of topics whose creator does not say. */
  readonly partitions: number;
  /** Whether asking for the metadata of a missing topic creates it, where the client allows it. */
  readonly autoCreateTopics: boolean;
  /** Bytes of a batch; a topic's `max.message.bytes` wins. */
  readonly messageBytesMax: number;
}

/** What handlers act on. */
export interface Broker {
  readonly settings: BrokerSettings;
  readonly clusterId: string;
  /** Where clients are told to connect to. */
  readonly address: { readonly host: string; readonly port: number };
  readonly topics: Topics;
  readonly groups: GroupCoordinator;
  readonly offsets: GroupOffsets;
  readonly timers: Timers;
  /** An id that no producer had before. */
  takeProducerId(): bigint;
}
