import { randomUUID } from "node:crypto";
import { consumerGroupHeartbeat, type ResponseOf, ZERO_UUID } from "@salon/kafka-protocol";
import { throwOnErrorCode } from "../broker/broker-error.ts";
import type { KafkaCluster } from "../cluster/kafka-cluster.ts";
import { backoffMs, COORDINATOR_TRIES_MAX, pauseFor } from "../cluster/retry.ts";
import { SerialCalls } from "../cluster/serial-calls.ts";
import type { GroupMembership } from "../port/kafka-source.ts";
import {
  endsGeneration,
  endsMembership,
  isCoordinatorUnready,
  outsideOfGeneration,
  unsupportedGroupProtocol,
} from "./group-error.ts";
import type { GroupParticipant, ParticipantOutput } from "./group-participant.ts";
import {
  commitAgain,
  commitAs,
  type GroupMemberSettings,
  LEAVE_TIMEOUT_MS,
} from "./group-requests.ts";
import { HungWatch } from "./hung-watch.ts";
import { OwnedPartitions } from "./owned-partitions.ts";

/** Epochs that are none (Kafka protocol: ConsumerGroupHeartbeat). */
const JOINING = 0;
const LEAVING = -1;
const LEAVING_FOR_A_WHILE = -2;

/** Before the coordinator has said how often it wants to hear of its members. */
const HEARTBEAT_INTERVAL_MS = 5000;
const SAME_TIMEOUT = -1;

/**
 * A member of a consumer group by the protocol of KIP-848: the coordinator shares the partitions
 * out, and tells each member by its heartbeats what to have. A partition is given only when the
 * member that had it has said that it no longer does; who keeps its partitions hears nothing.
 */
export class ConsumerGroupMember implements GroupParticipant {
  readonly #cluster: KafkaCluster;
  readonly #settings: GroupMemberSettings;
  readonly #output: ParticipantOutput;
  readonly #memberId: string = randomUUID();
  readonly #stop: AbortController = new AbortController();
  readonly #owned: OwnedPartitions;
  readonly #hung: HungWatch;
  /** Changes of what is owned, one after the other; heartbeats go on meanwhile. */
  readonly #changes: SerialCalls = new SerialCalls();
  #memberEpoch = JOINING;
  #coordinator: number | undefined;
  #intervalMs = HEARTBEAT_INTERVAL_MS;
  /** Ends the pause before the next heartbeat. */
  #hurry: AbortController = new AbortController();

  constructor(cluster: KafkaCluster, settings: GroupMemberSettings, output: ParticipantOutput) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#output = output;
    this.#owned = new OwnedPartitions(output, this.#stop.signal);
    this.#hung = new HungWatch(settings.groupId, output);
  }

  get membership(): GroupMembership | undefined {
    if (this.#memberEpoch <= JOINING) return undefined;
    return { memberId: this.#memberId, generationId: this.#memberEpoch, isLeader: false };
  }

  async run(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      this.#hurry = new AbortController();
      try {
        if (!this.#hung.look()) this.#take(await this.#heartbeat(this.#memberEpoch));
        failures = 0;
        await pauseFor(this.#intervalMs, AbortSignal.any([this.#hurry.signal, this.#stop.signal]));
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        const ending = endsMembership(error)
          ? error
          : unsupportedGroupProtocol(error, this.#settings.groupId);
        if (ending !== undefined || endsGeneration(error)) await this.#loseAll();
        if (ending !== undefined) {
          this.#output.onFailed(ending);
          return;
        }
        failures++;
        const isAwaited = isCoordinatorUnready(error) && failures < COORDINATOR_TRIES_MAX;
        if (!endsGeneration(error) && !isAwaited) this.#output.onTrouble(error);
        this.#coordinator = undefined;
        await pauseFor(backoffMs(failures), this.#stop.signal);
      }
    }
  }

  /** The coordinator sees that by itself. */
  async topicRefreshed(): Promise<void> {}

  async commitOffsets(offsets: ReadonlyMap<number, number>): Promise<void> {
    const { groupId, groupInstanceId } = this.#settings;
    await commitAgain(this.#stop.signal, async () => {
      if (this.#memberEpoch <= JOINING) throw outsideOfGeneration(groupId);
      const coordinator = await this.#findCoordinator();
      await commitAs(this.#cluster, coordinator, offsets, {
        groupId,
        groupInstanceId,
        memberId: this.#memberId,
        generationId: this.#memberEpoch,
      });
    });
  }

  async leave(): Promise<void> {
    this.#stop.abort();
    if (this.#coordinator === undefined) return;
    this.#memberEpoch = JOINING;
    const isStatic = this.#settings.groupInstanceId !== undefined;
    try {
      await this.#heartbeat(isStatic ? LEAVING_FOR_A_WHILE : LEAVING, LEAVE_TIMEOUT_MS);
    } catch (error) {
      if (!endsGeneration(error)) this.#output.onTrouble(error);
    }
  }

  async #heartbeat(
    memberEpoch: number,
    timeoutMs?: number,
  ): Promise<ResponseOf<typeof consumerGroupHeartbeat>> {
    const { groupId, groupInstanceId, clientRack, rebalanceTimeoutMs } = this.#settings;
    const { topic, topicId = ZERO_UUID } = this.#cluster;
    const coordinator = await this.#findCoordinator();
    const isJoining = memberEpoch === JOINING;
    const { partitions } = this.#owned;
    const answer = await this.#cluster.send(
      coordinator,
      consumerGroupHeartbeat,
      {
        groupId,
        memberId: this.#memberId,
        memberEpoch,
        instanceId: groupInstanceId,
        rackId: isJoining ? clientRack : undefined,
        rebalanceTimeoutMs: isJoining ? rebalanceTimeoutMs : SAME_TIMEOUT,
        subscribedTopicNames: isJoining ? [topic] : undefined,
        subscribedTopicRegex: undefined,
        serverAssignor: undefined,
        topicPartitions: partitions.length === 0 ? [] : [{ topicId, partitions }],
      },
      { timeoutMs },
    );
    const what = `heartbeat to group ${groupId}`;
    throwOnErrorCode(answer.errorCode, what, answer.errorMessage);
    return answer;
  }

  #take(answer: ResponseOf<typeof consumerGroupHeartbeat>): void {
    if (this.#stop.signal.aborted) return;
    this.#memberEpoch = answer.memberEpoch;
    this.#intervalMs = answer.heartbeatIntervalMs;
    if (answer.assignment === undefined) return;
    const { topicId } = this.#cluster;
    const partitions = answer.assignment.topicPartitions
      .filter((given) => given.topicId === topicId)
      .flatMap((given) => given.partitions)
      .sort((a, b) => a - b);
    void this.#changes.run(async () => {
      await this.#owned.change(partitions);
      // What was given back can be another's as soon as the coordinator hears of it.
      this.#hurry.abort();
    });
  }

  /** The group has gone on without this member, which joins anew. */
  async #loseAll(): Promise<void> {
    this.#memberEpoch = JOINING;
    await this.#changes.run(() => this.#owned.giveBack());
  }

  async #findCoordinator(): Promise<number> {
    if (this.#coordinator === undefined) {
      await this.#cluster.refreshTopic();
      this.#coordinator = await this.#cluster.findCoordinator(this.#settings.groupId);
    }
    return this.#coordinator;
  }
}
