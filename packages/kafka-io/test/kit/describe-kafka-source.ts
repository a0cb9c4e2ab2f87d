import { afterAll, beforeAll, describe } from "vitest";
import type { KafkaSource } from "../../src/index.ts";
import { connectKafkaCluster, type KafkaCluster } from "./kafka-cluster.ts";
import { gapBehaviour } from "./gap-behaviour.ts";
import { groupBehaviour } from "./group-behaviour.ts";
import { logBehaviour } from "./log-behaviour.ts";
import { readingBehaviour } from "./reading-behaviour.ts";

/** What every driver understands. */
interface SourceOptions {
  readonly bootstrapServers: string;
  readonly topic: string;
  readonly groupId?: string;
  readonly assign?: readonly number[];
  readonly sessionTimeoutMs?: number;
  readonly metadataMaxAgeMs?: number;
  readonly maxBytesPerPartition?: number;
  readonly chunkBytes?: number;
}

/** What is tested. */
export interface Driver {
  readonly open: (options: SourceOptions) => Promise<KafkaSource>;
  /**
   * A program that joins the group named after its topic, and prints `assigned <count>` when it has
   * partitions: `<servers> <topic> <session ms>`.
   */
  readonly memberProgram: URL;
}

/** What the behaviours are tested on. */
export interface SourceSubject {
  readonly memberProgram: URL;
  readonly cluster: () => KafkaCluster;
  readonly open: (options: Omit<SourceOptions, "bootstrapServers">) => Promise<KafkaSource>;
}

/** The behaviour of every KafkaSource, on a cluster. */
export function describeKafkaSource(
  name: string,
  cluster: {
    readonly bootstrapServers: () => string;
    /** Whether it has transactions and compaction, and so offsets without a record. */
    readonly hasGaps: boolean;
  },
  driver: Driver,
): void {
  describe(`KafkaSource: ${name}`, () => {
    let connected: KafkaCluster | undefined;
    const subject: SourceSubject = {
      memberProgram: driver.memberProgram,
      cluster() {
        if (connected === undefined) throw new Error("the cluster is not connected");
        return connected;
      },
      open: (options) => driver.open({ ...options, bootstrapServers: cluster.bootstrapServers() }),
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
    describe("groups", () => {
      groupBehaviour(subject);
    });
  });
}
