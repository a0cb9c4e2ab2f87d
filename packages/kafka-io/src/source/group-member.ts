import { BrokerError } from "../broker/broker-error.ts";
import type { KafkaCluster } from "../cluster/kafka-cluster.ts";
import { backoffMs, COORDINATOR_TRIES_MAX, pauseFor } from "../cluster/retry.ts";
import type { GroupMembership } from "../port/kafka-source.ts";
import {
  COOPERATIVE_PROTOCOL_NAME,
  decodeAssignment,
  type JoinedGroupMember,
  shareOut,
  type TopicPartitions,
  topicsOf,
} from "./group-assignment.ts";
import {
  endsGeneration,
  endsMembership,
  isCoordinatorUnready,
  isLost,
  keepsMemberId,
  outsideOfGeneration,
} from "./group-error.ts";
import { areAllShared, countsOf, partitionsOfTopics, type SharedCounts } from "./group-leader.ts";
import type { GroupParticipant, ParticipantOutput } from "./group-participant.ts";
import {
  commitAgain,
  commitAs,
  countAssigned,
  type GenerationMember,
  type GroupMemberSettings,
  heartbeatAs,
  joinAs,
  leaveAs,
  syncAs,
} from "./group-requests.ts";
import { HungWatch } from "./hung-watch.ts";
import { OwnedPartitions } from "./owned-partitions.ts";

/** The member's standing in one generation of the group. */
interface Generation {
  /** Node id of the group's coordinator; another one may take over while the generation lasts. */
  coordinator: number;
  readonly generationId: number;
  readonly partitions: readonly number[];
  /** Members keep what they have while they join the next one (KIP-429). */
  readonly isCooperative: boolean;
  /** What the leader has shared out; undefined for the others. */
  readonly shared: SharedCounts | undefined;
  readonly ended: AbortController;
  /** The group has gone on without this member: others may have its partitions. */
  isLost: boolean;
  /** Why the membership ended for good. */
  failure?: Error;
}

/**
 * A member of a consumer group, by the group protocol's rules of Kafka before KIP-848: joins,
 * takes its share, sends heartbeats by a timer and joins again whenever the group changes. What it
 * has it keeps meanwhile, where the group's members all do; what is to be another's it gives back,
 * and joins once more so that the other gets it.
 */
export class GroupMember implements GroupParticipant {
  readonly #cluster: KafkaCluster;
  readonly #settings: GroupMemberSettings;
  readonly #output: ParticipantOutput;
  readonly #stop: AbortController = new AbortController();
  readonly #owned: OwnedPartitions;
  readonly #hung: HungWatch;
  #memberId = "";
  /** That of the latest share; -1 before the first. */
  #generationId = -1;
  #generation: Generation | undefined;
  /** Who was asked last to let this member join: it may know the member before any share. */
  #joiningAt: number | undefined;

  constructor(cluster: KafkaCluster, settings: GroupMemberSettings, output: ParticipantOutput) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#output = output;
    this.#owned = new OwnedPartitions(output, this.#stop.signal);
    this.#hung = new HungWatch(settings.groupId, output);
  }

  get membership(): GroupMembership | undefined {
    if (this.#generation === undefined) return undefined;
    const { generationId, shared } = this.#generation;
    return { memberId: this.#memberId, generationId, isLeader: shared !== undefined };
  }

  async run(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      try {
        const generation = await this.#join();
        failures = 0;
        await this.#live(generation);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (endsMembership(error)) {
          await this.#giveBack();
          this.#output.onFailed(error);
          return;
        }
        if (!keepsMemberId(error)) this.#memberId = "";
        if (isLost(error)) await this.#giveBack();
        failures++;
        const isAwaited = isCoordinatorUnready(error) && failures < COORDINATOR_TRIES_MAX;
        if (!endsGeneration(error) && !isAwaited) this.#output.onTrouble(error);
        await pauseFor(backoffMs(failures), this.#stop.signal);
        await this.#refreshMetadata();
      }
    }
  }

  async topicRefreshed(): Promise<void> {
    const generation = this.#generation;
    if (generation?.shared === undefined) return;
    const { shared, ended } = generation;
    // What cannot be seen of a topic was told when it was shared out.
    const now = await partitionsOfTopics(this.#cluster, [...shared.keys()], () => undefined);
    if (!areAllShared(now, shared)) ended.abort();
  }

  async commitOffsets(offsets: ReadonlyMap<number, number>): Promise<void> {
    await commitAgain(this.#stop.signal, async () => {
      const generation = this.#generation;
      if (generation === undefined) throw outsideOfGeneration(this.#settings.groupId);
      const { coordinator, generationId } = generation;
      await commitAs(this.#cluster, coordinator, offsets, this.#memberOf(generationId));
    });
  }

  async leave(): Promise<void> {
    this.#stop.abort();
    const { groupId, groupInstanceId } = this.#settings;
    const coordinator = this.#generation?.coordinator ?? this.#joiningAt;
    this.#generation = undefined;
    if (coordinator === undefined || this.#memberId === "" || groupInstanceId !== undefined) return;
    try {
      await leaveAs(this.#cluster, coordinator, groupId, this.#memberId);
    } catch (error) {
      this.#output.onTrouble(error);
    }
  }

  /** Whoever was given an id by this join and is to have another has no place: it pauses. */
  async #join(isIdGiven = false): Promise<Generation> {
    const { groupId } = this.#settings;
    const coordinator = await this.#cluster.findCoordinator(groupId);
    this.#joiningAt = coordinator;
    const ownership = { owned: this.#owned.partitions, generationId: this.#generationId };
    const joined = await joinAs(
      this.#cluster,
      coordinator,
      this.#settings,
      this.#memberId,
      ownership,
    );
    const { memberId, generationId, protocolName, skipAssignment, members } = joined;
    this.#memberId = memberId;
    if (!joined.isJoined) {
      if (isIdGiven) throw new BrokerError(joined.errorCode, `join group ${groupId}`);
      return this.#join(true);
    }
    const isLeader = joined.leader === memberId;
    const partitions = isLeader ? await this.#partitionsWanted(members) : undefined;
    const mustAssign = partitions !== undefined && !skipAssignment;
    const assignment = await syncAs(
      this.#cluster,
      coordinator,
      this.#memberOf(generationId),
      mustAssign ? shareOut(protocolName, partitions, members) : [],
    );
    const generation: Generation = {
      coordinator,
      generationId,
      partitions: decodeAssignment(this.#cluster.topic, assignment),
      isCooperative: protocolName === COOPERATIVE_PROTOCOL_NAME,
      shared: partitions && countsOf(partitions),
      ended: new AbortController(),
      isLost: false,
    };
    if (partitions === undefined || !skipAssignment) return generation;
    // What it shared out before it was started again goes on: partitions may have come since.
    const assigned = await countAssigned(this.#cluster, coordinator, groupId);
    if (!areAllShared(partitions, assigned)) generation.ended.abort();
    return generation;
  }

  /** Of all topics that members read: another one than this member's is as good. */
  async #partitionsWanted(members: readonly JoinedGroupMember[]): Promise<TopicPartitions> {
    await this.#cluster.refreshTopic();
    const onTrouble = (error: unknown): void => this.#output.onTrouble(error);
    return partitionsOfTopics(this.#cluster, topicsOf(members), onTrouble);
  }

  /** From the assignment to when the next generation can be joined. */
  async #live(generation: Generation): Promise<void> {
    this.#generation = generation;
    this.#generationId = generation.generationId;
    const { ended, partitions, isCooperative } = generation;
    const heartbeats = new AbortController();
    const beating = this.#beat(generation, AbortSignal.any([heartbeats.signal, this.#stop.signal]));
    try {
      const mustYield = this.#owned.partitions.some((owned) => !partitions.includes(owned));
      await this.#owned.change(partitions);
      if (mustYield && isCooperative) ended.abort();
      await aborted(AbortSignal.any([ended.signal, this.#stop.signal]));
      if (!isCooperative || generation.isLost) await this.#giveBack();
    } finally {
      heartbeats.abort();
      await beating;
    }
    if (generation.failure !== undefined) throw generation.failure;
  }

  async #giveBack(): Promise<void> {
    await this.#owned.giveBack();
    this.#generation = undefined;
    this.#generationId = -1;
  }

  /**
   * Sends heartbeats while the owner is alive, also after the generation's end: until this member
   * joins again the group waits for it, as long as it hears of it.
   */
  async #beat(generation: Generation, signal: AbortSignal): Promise<void> {
    for (;;) {
      await pauseFor(this.#settings.heartbeatIntervalMs, signal);
      if (signal.aborted) return;
      if (this.#hung.look()) continue;
      try {
        const { coordinator, generationId } = generation;
        await heartbeatAs(this.#cluster, coordinator, this.#memberOf(generationId));
      } catch (error) {
        if (signal.aborted) return;
        if (endsMembership(error)) generation.failure = error;
        if (!keepsMemberId(error)) this.#memberId = "";
        if (endsMembership(error) || endsGeneration(error)) {
          generation.isLost ||= isLost(error);
          generation.ended.abort();
          if (generation.isLost) return;
          continue;
        }
        this.#output.onTrouble(error);
        generation.coordinator = (await this.#findCoordinator()) ?? generation.coordinator;
      }
    }
  }

  #memberOf(generationId: number): GenerationMember {
    const { groupId, groupInstanceId } = this.#settings;
    return { groupId, groupInstanceId, memberId: this.#memberId, generationId };
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

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
