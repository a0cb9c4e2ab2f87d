import type { ErrorName } from "@salon/kafka-protocol";
import { BrokerError } from "../broker/broker-error.ts";
import type { KafkaCluster } from "../cluster/kafka-cluster.ts";
import { backoffMs, pauseFor } from "../cluster/retry.ts";
import { KafkaIoError } from "../kafka-io-error.ts";
import type { GroupMembership } from "../port/kafka-source.ts";
import {
  assignRoundRobin,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
} from "./group-assignment.ts";
import {
  commitAs,
  type GroupMemberSettings,
  heartbeatAs,
  joinAs,
  leaveAs,
  syncAs,
} from "./group-requests.ts";

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
  /** Node id of the group's coordinator; another one may take over while the generation lasts. */
  coordinator: number;
  readonly generationId: number;
  readonly partitions: readonly number[];
  /** The leader's count of partitions that were shared out; undefined for the others. */
  readonly sharedPartitionCount: number | undefined;
  readonly ended: AbortController;
}

/** Errors that end a membership; with all but the last two the member's id stays good. */
const ENDING_ERRORS: ReadonlySet<ErrorName | undefined> = new Set<ErrorName>([
  "REBALANCE_IN_PROGRESS",
  "ILLEGAL_GENERATION",
  "UNKNOWN_MEMBER_ID",
  "FENCED_INSTANCE_ID",
]);
const FORGOTTEN_MEMBER_ERRORS: ReadonlySet<ErrorName | undefined> = new Set<ErrorName>([
  "UNKNOWN_MEMBER_ID",
  "FENCED_INSTANCE_ID",
]);

/**
 * A member of a consumer group, by the group protocol's rules of Kafka before KIP-848: joins,
 * takes its share, sends heartbeats by a timer and joins again whenever the group changes. All
 * partitions are given back before it joins again.
 */
export class GroupMember {
  readonly #cluster: KafkaCluster;
  readonly #settings: GroupMemberSettings;
  readonly #output: GroupMemberOutput;
  readonly #stop: AbortController = new AbortController();
  #memberId = "";
  #membership: Membership | undefined;
  /** Who was asked last to let this member join: it may know the member before any share. */
  #joiningAt: number | undefined;
  #isHung = false;

  constructor(cluster: KafkaCluster, settings: GroupMemberSettings, output: GroupMemberOutput) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#output = output;
  }

  /** Absent outside of a generation. */
  get membership(): GroupMembership | undefined {
    if (this.#membership === undefined) return undefined;
    const { generationId, sharedPartitionCount } = this.#membership;
    const isLeader = sharedPartitionCount !== undefined;
    return { memberId: this.#memberId, generationId, isLeader };
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
        const name = errorNameOf(error);
        if (FORGOTTEN_MEMBER_ERRORS.has(name)) this.#memberId = "";
        if (!ENDING_ERRORS.has(name)) this.#output.onTrouble(error);
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
   * @throws KafkaIoError as {@link commitAs}.
   */
  async commitOffsets(offsets: ReadonlyMap<number, number>): Promise<void> {
    const membership = this.#membership;
    if (membership === undefined) {
      throw new KafkaIoError("KAFKA_REQUEST_FAILED", "offsets committed outside of a generation", {
        context: { groupId: this.#settings.groupId },
        retryable: true,
      });
    }
    await commitAs(this.#cluster, membership.coordinator, offsets, {
      groupId: this.#settings.groupId,
      memberId: this.#memberId,
      generationId: membership.generationId,
    });
  }

  /** Ends {@link run} and tells the group, so that others need not wait for the session to end. */
  async leave(): Promise<void> {
    this.#stop.abort();
    const coordinator = this.#membership?.coordinator ?? this.#joiningAt;
    this.#membership = undefined;
    if (coordinator === undefined || this.#memberId === "") return;
    try {
      await leaveAs(this.#cluster, coordinator, this.#settings.groupId, this.#memberId);
    } catch (error) {
      this.#output.onTrouble(error);
    }
  }

  async #join(): Promise<Membership> {
    const { groupId } = this.#settings;
    const { topic } = this.#cluster;
    const coordinator = await this.#cluster.findCoordinator(groupId);
    this.#joiningAt = coordinator;
    const joined = await joinAs(this.#cluster, coordinator, this.#settings, this.#memberId);
    const { memberId, generationId } = joined;
    this.#memberId = memberId;
    if (!joined.isJoined) return this.#join();
    const isLeader = joined.leader === memberId;
    if (isLeader) await this.#cluster.refreshTopic();
    const all = [...this.#cluster.leaders.keys()];
    const shares = isLeader ? shareOut(topic, all, joined.members) : [];
    const member = { groupId, generationId, memberId };
    const assignment = await syncAs(this.#cluster, coordinator, member, shares);
    return {
      coordinator,
      generationId,
      partitions: decodeAssignment(topic, assignment),
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
        const { coordinator, generationId } = membership;
        const member = { groupId: this.#settings.groupId, generationId, memberId: this.#memberId };
        await heartbeatAs(this.#cluster, coordinator, member);
      } catch (error) {
        if (signal.aborted) return;
        const name = errorNameOf(error);
        if (FORGOTTEN_MEMBER_ERRORS.has(name)) this.#memberId = "";
        if (ENDING_ERRORS.has(name)) {
          membership.ended.abort();
          if (name !== "REBALANCE_IN_PROGRESS") return;
          continue;
        }
        this.#output.onTrouble(error);
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

  async #findCoordinator(): Promise<number | undefined> {
    try {
      await this.#cluster.refreshTopic();
      return await this.#cluster.findCoordinator(this.#settings.groupId);
    } catch {
      // The next heartbeat fails and says so.
      return undefined;
    }
  }

  async #refreshMetadata(): Promise<void> {
    await this.#cluster.refreshTopic().catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#output.onTrouble(error);
    });
  }
}

/** The leader's answer to the group: who reads what. */
function shareOut(
  topic: string,
  partitions: readonly number[],
  members: readonly { readonly memberId: string; readonly metadata: Buffer }[],
): { memberId: string; assignment: Buffer }[] {
  const subscriptions = members.map(({ memberId, metadata }) => ({
    memberId,
    topics: decodeSubscription(metadata),
  }));
  return [...assignRoundRobin(topic, partitions, subscriptions)].map(([memberId, share]) => ({
    memberId,
    assignment: encodeAssignment(topic, share),
  }));
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** What the broker calls it. */
function errorNameOf(error: unknown): ErrorName | undefined {
  return error instanceof BrokerError ? error.errorName : undefined;
}
