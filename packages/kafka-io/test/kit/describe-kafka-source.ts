import { afterAll, beforeAll, describe } from "vitest";
import { type KafkaSource, openKafkaSource } from "../../src/index.ts";
import type { DriverName } from "./drivers.ts";
import { connectKafkaCluster, type KafkaCluster } from "./kafka-cluster.ts";
import {
  consumerProtocolBehaviour,
  unknownProtocolBehaviour,
} from "./consumer-protocol-behaviour.ts";
import { gapBehaviour } from "./gap-behaviour.ts";
import { groupBehaviour } from "./group-behaviour.ts";
import { logBehaviour } from "./log-behaviour.ts";
import { staticMemberBehaviour } from "./static-member-behaviour.ts";
import { readingBehaviour } from "./reading-behaviour.ts";
import { rebalanceBehaviour } from "./rebalance-behaviour.ts";

/** What every driver understands. */
export interface SourceOptions {
  readonly topic: string;
  readonly groupId?: string;
  readonly groupInstanceId?: string;
  readonly groupProtocol?: "classic" | "consumer";
  readonly assign?: readonly number[];
  readonly sessionTimeoutMs?: number;
  readonly metadataMaxAgeMs?: number;
  readonly maxBytesPerPartition?: number;
  readonly chunkBytes?: number;
}

/** What the behaviours are tested on. */
export interface SourceSubject {
  readonly driver: DriverName;
  readonly cluster: () => KafkaCluster;
  readonly open: (options: SourceOptions) => Promise<KafkaSource>;
}

/** The behaviour of every KafkaSource, on a cluster. */
export function describeKafkaSource(
  driver: DriverName,
  cluster: {
    readonly bootstrapServers: () => string;
    /** Whether it has transactions and compaction, and so offsets without a record. */
    readonly hasGaps: boolean;
    /** Whether it shares partitions out itself (KIP-848). */
    readonly sharesOut: boolean;
  },
): void {
  describe(`KafkaSource: ${driver}`, () => {
    let connected: KafkaCluster | undefined;
    const subject: SourceSubject = {
      driver,
      cluster() {
        if (connected === undefined) throw new Error("the cluster is not connected");
        return connected;
      },
      open: (options) =>
        openKafkaSource({ ...options, driver, bootstrapServers: [cluster.bootstrapServers()] }),
    };
    beforeAll(async () => {
      connected = await connectKafkaCluster(cluster.bootstrapServers());
    });
    afterAll(async () => {
      await connected?.[Symbol.asyncDispose]();
    });
    describe("topics and logs", () => {
      logBehaviour(subject);
    });
    describe("reading", () => {
      readingBehaviour(subject);
    });
    describe.runIf(cluster.hasGaps)("gaps", () => {
      gapBehaviour(subject);
    });
    // Mostly waiting: for sessions to end, and for members to come.
    describe.concurrent("groups", () => {
      groupBehaviour(subject);
      staticMemberBehaviour(subject);
      rebalanceBehaviour(subject);
      if (cluster.sharesOut) consumerProtocolBehaviour(subject);
      else unknownProtocolBehaviour(subject);
    });
  });
}
