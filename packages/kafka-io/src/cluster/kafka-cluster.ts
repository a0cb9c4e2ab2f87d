import {
  type Api,
  ERROR_CODES,
  findCoordinator,
  metadata,
  type ResponseOf,
  ZERO_UUID,
} from "@salon/kafka-protocol";
import { BrokerError, throwOnErrorCode } from "../broker/broker-error.ts";
import type { BrokerLink, CreateBrokerLink, SendOptions } from "../broker/broker-link.ts";
import { addressText, type BrokerAddress } from "../port/connection-settings.ts";
import { KafkaIoError } from "../kafka-io-error.ts";
import { backoffMs, COORDINATOR_TRIES_MAX, pauseFor } from "./retry.ts";
import { NO_LEADERS, takeLeaders, type TopicLeaders } from "./topic-leaders.ts";

/** What a cluster is asked about, and where it is found. */
export interface KafkaClusterSettings {
  readonly bootstrapServers: readonly BrokerAddress[];
  readonly topic: string;
}

type MetadataResponse = ResponseOf<typeof metadata>;

/** The brokers of a cluster and who of them leads what of one topic, as last asked. */
export class KafkaCluster implements Disposable {
  readonly topic: string;
  readonly #settings: KafkaClusterSettings;
  readonly #createLink: CreateBrokerLink;
  readonly #closed: AbortController = new AbortController();
  readonly #links: Map<string, BrokerLink> = new Map();
  #brokers: ReadonlyMap<number, BrokerAddress> = new Map();
  #leaders: TopicLeaders = NO_LEADERS;
  #clusterId = "";
  #controllerId = -1;
  #refreshing: Promise<void> | undefined;

  constructor(settings: KafkaClusterSettings, createLink: CreateBrokerLink) {
    this.topic = settings.topic;
    this.#settings = settings;
    this.#createLink = createLink;
  }

  /** Empty where the cluster has none. */
  get clusterId(): string {
    return this.#clusterId;
  }

  /** Undefined where the topic does not exist, or brokers are older than 2.8. */
  get topicId(): string | undefined {
    return this.#leaders.topicId;
  }

  /** The node id of each partition's leader, -1 for none; empty where the topic does not exist. */
  get leaders(): ReadonlyMap<number, number> {
    return this.#leaders.nodeIds;
  }

  /** The epoch in which each partition's leader leads, -1 where brokers do not say. */
  get leaderEpochs(): ReadonlyMap<number, number> {
    return this.#leaders.epochs;
  }

  get controllerId(): number {
    return this.#controllerId;
  }

  /**
   * Asks the brokers that are known, then those to begin with, until one answers. A topic that is
   * absent is not created, and no error.
   *
   * @throws KafkaIoError as {@link BrokerLink.send}, and `KAFKA_UNAUTHORIZED` or `TOPIC_NOT_FOUND`
   * (for good: an impossible name) of the topic.
   */
  refreshMetadata(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /**
   * As {@link refreshMetadata}, of a topic that is to be there.
   *
   * @throws KafkaIoError `TOPIC_NOT_FOUND`, retryable, where it is absent.
   */
  async refreshTopic(): Promise<void> {
    await this.refreshMetadata();
    if (this.leaders.size > 0) return;
    throw new KafkaIoError("TOPIC_NOT_FOUND", `topic ${this.topic} does not exist`, {
      context: { topic: this.topic },
      retryable: true,
    });
  }

  /**
   * The leader of a partition.
   *
   * @throws KafkaIoError `TOPIC_NOT_FOUND` where the topic or partition is not known,
   * `KAFKA_REQUEST_FAILED` where it has no leader now; both retryable.
   */
  leaderOf(partition: number): number {
    const leader = this.leaders.get(partition);
    if (leader !== undefined && leader >= 0) return leader;
    const isKnown = leader !== undefined;
    throw new KafkaIoError(
      isKnown ? "KAFKA_REQUEST_FAILED" : "TOPIC_NOT_FOUND",
      `partition ${this.topic}-${partition} ${isKnown ? "has no leader" : "does not exist"}`,
      { context: { topic: this.topic, partition }, retryable: true },
    );
  }

  /** Sends to a broker of the cluster; errors as {@link BrokerLink.send}. */
  async send<Request, Response>(
    nodeId: number,
    api: Api<Request, Response>,
    request: Request,
    options?: SendOptions,
  ): Promise<Response> {
    const address = this.#brokers.get(nodeId);
    if (address === undefined) {
      throw new KafkaIoError("KAFKA_REQUEST_FAILED", `broker ${nodeId} is not known`, {
        context: { nodeId },
        retryable: true,
      });
    }
    return this.#link(address).send(api, request, options);
  }

  /**
   * The node id of the broker that leads a group. A cluster's first group has to wait until the
   * topic of groups is made: it is asked for again for a while.
   *
   * @throws KafkaIoError as {@link BrokerLink.send}; BrokerError
   */
  async findCoordinator(groupId: string): Promise<number> {
    for (let tries = 1; ; tries++) {
      const found = await this.sendToAny(findCoordinator, { key: groupId, keyType: 0 });
      const { errorCode, errorMessage, nodeId, host, port } = found;
      const isMissing = errorCode === ERROR_CODES.COORDINATOR_NOT_AVAILABLE;
      if (isMissing && tries < COORDINATOR_TRIES_MAX) {
        await pauseFor(backoffMs(tries), this.#closed.signal);
        continue;
      }
      throwOnErrorCode(errorCode, `find the coordinator of group ${groupId}`, errorMessage);
      this.#brokers = new Map([...this.#brokers, [nodeId, { host, port }]]);
      return nodeId;
    }
  }

  /** Ends all connections at once; whatever is under way fails. */
  [Symbol.dispose](): void {
    this.#closed.abort();
    for (const link of this.#links.values()) link.close();
  }

  async #refresh(): Promise<void> {
    const answer = await this.sendToAny(metadata, {
      topics: [{ topicId: ZERO_UUID, name: this.topic }],
      allowAutoTopicCreation: false,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    });
    this.#brokers = new Map(
      answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]),
    );
    this.#clusterId = answer.clusterId ?? "";
    this.#controllerId = answer.controllerId;
    this.#takeTopic(answer);
    this.#closeUnused();
  }

  #takeTopic({ topics }: MetadataResponse): void {
    const described = topics.find(({ name }) => name === this.topic);
    const error = new BrokerError(described?.errorCode ?? 0, `metadata of topic ${this.topic}`);
    const isAbsent = described === undefined || error.errorName === "UNKNOWN_TOPIC_OR_PARTITION";
    if (isAbsent) {
      this.#leaders = NO_LEADERS;
      return;
    }
    if (described.errorCode !== 0) throw error;
    this.#leaders = takeLeaders(this.#leaders, described);
  }

  /** Sends to any broker, one after the other while they cannot be reached. */
  async sendToAny<Request, Response>(
    api: Api<Request, Response>,
    request: Request,
  ): Promise<Response> {
    let failure: unknown;
    for (const address of this.#addresses()) {
      try {
        return await this.#link(address).send(api, request);
      } catch (error) {
        if (!(error instanceof KafkaIoError) || error.code !== "KAFKA_UNREACHABLE") throw error;
        failure ??= error;
      }
    }
    throw failure;
  }

  #addresses(): Iterable<BrokerAddress> {
    const all = [...this.#brokers.values(), ...this.#settings.bootstrapServers];
    return new Map(all.map((address) => [addressText(address), address])).values();
  }

  #link(address: BrokerAddress): BrokerLink {
    const key = addressText(address);
    const link = this.#links.get(key) ?? this.#createLink(address);
    this.#links.set(key, link);
    return link;
  }

  /** Brokers that are gone, and addresses that only led to the cluster, keep no connection. */
  #closeUnused(): void {
    const used = new Set([...this.#brokers.values()].map(addressText));
    for (const [key, link] of this.#links) {
      if (used.has(key)) continue;
      link.close();
      this.#links.delete(key);
    }
  }
}
