import { KafkaIoError } from "../kafka-io-error.ts";
import {
  ASSIGNMENT_PROTOCOL_NAME,
  assignRoundRobin,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from "../protocol/group-assignment.ts";
import { backoffMs, pauseFor } from "./retry.ts";
import {
  dropSilentConnection,
  type KafkajsBroker,
  type KafkajsCluster,
} from "./kafkajs-cluster.ts";
import { partitionLeaders } from "./partition-leaders.ts";
import { kafkajsErrorType } from "./map-kafkajs-error.ts";

export interface GroupMemberSettings {
  readonly topic: string;
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
}

/**
 * What a membership does to its owner. The first two are waited for; heartbeats go on meanwhile.
 * `ended` is aborted when the partitions are to be given back, or lost already.
 */
export interface GroupMemberOutput {
  onAssigned(partitions: readonly number[], ended: AbortSignal): Promise<void>;
  onRevoked(): Promise<void>;
  onTrouble(error: unknown): void;
  isAlive(): boolean;
}

/** The member's standing in one generation of the group. */
interface Membership {
  /** Another broker may take over while the generation lasts. */
  coordinator: KafkajsBroker;
  readonly generationId: number;
  readonly partitions: readonly number[];
  /** The leader's count of partitions that were shared out; undefined for the others. */
  readonly sharedPartitionCount: number | undefined;
  readonly ended: AbortController;
}

/** Errors that end a membership; with all but the last two the member's id stays good. */
const ENDING_ERRORS: ReadonlySet<string> = new Set([
  "REBALANCE_IN_PROGRESS",
  "ILLEGAL_GENERATION",
  "UNKNOWN_MEMBER_ID",
  "FENCED_INSTANCE_ID",
]);
const FORGOTTEN_MEMBER_ERRORS: ReadonlySet<string> = new Set([
  "UNKNOWN_MEMBER_ID",
  "FENCED_INSTANCE_ID",
]);
/** How long leaving may take; after that the session times out by itself. */
const LEAVE_TIMEOUT_MS = 2000;

/**
 * A member of a consumer group, by the group protocol's rules of Kafka before KIP-848: joins,
 * takes its share, sends heartbeats by a timer and joins again whenever the group changes. All
 * partitions are given back before it joins again.
 */
export class GroupMember {
  readonly #cluster: KafkajsCluster;
  readonly #settings: GroupMemberSettings;
  readonly #output: GroupMemberOutput;
  readonly #stop: AbortController = new AbortController();
  #memberId = "";
  #membership: Membership | undefined;
  #isHung = false;

  constructor(cluster: KafkajsCluster, settings: GroupMemberSettings, output: GroupMemberOutput) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#output = output;
  }

  /** Joins, and joins again, until {@link leave}. */
  async run(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      try {
        const membership = await this.#join();
        failures = 0;
        await this.#live(membership);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        const type = kafkajsErrorType(error);
        if (type !== undefined && FORGOTTEN_MEMBER_ERRORS.has(type)) this.#memberId = "";
        if (type === undefined || !ENDING_ERRORS.has(type)) this.#output.onTrouble(error);
        failures++;
        await pauseFor(backoffMs(failures), this.#stop.signal);
        await this.#refreshMetadata();
      }
    }
  }

  /** The leader has the partitions shared out anew when their number has changed. */
  partitionCountChanged(partitionCount: number): void {
    const shared = this.#membership?.sharedPartitionCount;
    if (shared !== undefined && shared !== partitionCount) this.#membership?.ended.abort();
  }

  /**
   * Commits offsets as this member of the present generation.
   *
   * @throws whatever kafkajs throws.
   */
  async commitOffsets(offsets: ReadonlyMap<number, number>): Promise<void> {
    const membership = this.#membership;
    if (membership === undefined) {
      throw new KafkaIoError("KAFKA_REQUEST_FAILED", "offsets committed outside of a generation", {
        context: { groupId: this.#settings.groupId },
        retryable: true,
      });
    }
    await commitGroupOffsets(membership.coordinator, this.#settings, offsets, {
      memberId: this.#memberId,
      generationId: membership.generationId,
    });
  }

  /** Ends {@link run} and tells the group, so that others need not wait for the session to end. */
  async leave(): Promise<void> {
    this.#stop.abort();
    const coordinator = this.#membership?.coordinator;
    this.#membership = undefined;
    if (coordinator === undefined || this.#memberId === "") return;
    const { groupId } = this.#settings;
    const limit = new AbortController();
    try {
      await Promise.race([
        coordinator.leaveGroup({ groupId, memberId: this.#memberId }),
        pauseFor(LEAVE_TIMEOUT_MS, limit.signal),
      ]);
    } catch (error) {
      this.#output.onTrouble(error);
    } finally {
      limit.abort();
    }
  }

  async #join(): Promise<Membership> {
    const { groupId, topic, sessionTimeoutMs, rebalanceTimeoutMs } = this.#settings;
    const coordinator = await this.#cluster.findGroupCoordinator({ groupId });
    const joined = await coordinator.joinGroup({
      groupId,
      memberId: this.#memberId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      groupProtocols: [{ name: ASSIGNMENT_PROTOCOL_NAME, metadata: encodeSubscription([topic]) }],
    });
    const { memberId, generationId } = joined;
    this.#memberId = memberId;
    const isLeader = joined.leaderId === memberId;
    if (isLeader) await this.#cluster.refreshMetadata();
    const all = [...partitionLeaders(this.#cluster, topic).keys()].sort((a, b) => a - b);
    const synced = await coordinator.syncGroup({
      groupId,
      generationId,
      memberId,
      groupAssignment: isLeader ? shareOut(topic, all, joined.members) : [],
    });
    return {
      coordinator,
      generationId,
      partitions: decodeAssignment(topic, synced.memberAssignment),
      sharedPartitionCount: isLeader ? all.length : undefined,
      ended: new AbortController(),
    };
  }

  /** From the assignment to the end of giving the partitions back. */
  async #live(membership: Membership): Promise<void> {
    this.#membership = membership;
    const heartbeats = new AbortController();
    const ended = AbortSignal.any([membership.ended.signal, this.#stop.signal]);
    const beating = this.#beat(membership, AbortSignal.any([heartbeats.signal, this.#stop.signal]));
    try {
      await this.#output.onAssigned(membership.partitions, ended);
      await aborted(ended);
      if (!this.#stop.signal.aborted) await this.#output.onRevoked();
    } finally {
      heartbeats.abort();
      await beating;
      this.#membership = undefined;
    }
  }

  /**
   * Sends heartbeats while the owner is alive, also after the membership's end: until this member
   * joins again the group waits for it, as long as it hears of it.
   */
  async #beat(membership: Membership, signal: AbortSignal): Promise<void> {
    for (;;) {
      await pauseFor(this.#settings.heartbeatIntervalMs, signal);
      if (signal.aborted) return;
      if (this.#checkHung()) continue;
      try {
        await membership.coordinator.heartbeat({
          groupId: this.#settings.groupId,
          groupGenerationId: membership.generationId,
          memberId: this.#memberId,
        });
      } catch (error) {
        if (signal.aborted) return;
        const type = kafkajsErrorType(error);
        if (type !== undefined && FORGOTTEN_MEMBER_ERRORS.has(type)) this.#memberId = "";
        if (type !== undefined && ENDING_ERRORS.has(type)) {
          membership.ended.abort();
          if (type !== "REBALANCE_IN_PROGRESS") return;
          continue;
        }
        this.#output.onTrouble(error);
        dropSilentConnection(membership.coordinator, error, undefined);
        membership.coordinator = (await this.#findCoordinator()) ?? membership.coordinator;
      }
    }
  }

  /** True while the owner makes no progress; said once. */
  #checkHung(): boolean {
    const isAlive = this.#output.isAlive();
    if (!isAlive && !this.#isHung) {
      const { groupId } = this.#settings;
      const message = `member of group ${groupId} makes no progress: its heartbeats stop`;
      this.#output.onTrouble(new KafkaIoError("MEMBER_HUNG", message, { context: { groupId } }));
    }
    this.#isHung = !isAlive;
    return this.#isHung;
  }

  async #findCoordinator(): Promise<KafkajsBroker | undefined> {
    try {
      await this.#cluster.refreshMetadata();
      return await this.#cluster.findGroupCoordinator({ groupId: this.#settings.groupId });
    } catch {
      // The next heartbeat fails and says so.
      return undefined;
    }
  }

  async #refreshMetadata(): Promise<void> {
    await this.#cluster.refreshMetadata().catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#output.onTrouble(error);
    });
  }
}

/** The leader's answer to the group: who reads what. */
function shareOut(
  topic: string,
  partitions: readonly number[],
  members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[],
): { memberId: string; memberAssignment: Buffer }[] {
  const subscriptions = members.map(({ memberId, memberMetadata }) => ({
    memberId,
    topics: decodeSubscription(memberMetadata),
  }));
  return [...assignRoundRobin(topic, partitions, subscriptions)].map(([memberId, share]) => ({
    memberId,
    memberAssignment: encodeAssignment(topic, share),
  }));
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Commits offsets for a group, as a member or, with generation -1, as a reader outside of it. */
export async function commitGroupOffsets(
  coordinator: KafkajsBroker,
  group: { readonly groupId: string; readonly topic: string },
  offsets: ReadonlyMap<number, number>,
  member: { readonly memberId: string; readonly generationId: number },
): Promise<void> {
  await coordinator.offsetCommit({
    groupId: group.groupId,
    groupGenerationId: member.generationId,
    memberId: member.memberId,
    topics: [
      {
        topic: group.topic,
        partitions: [...offsets].map(([partition, offset]) => ({
          partition,
          offset: String(offset),
        })),
      },
    ],
  });
}
