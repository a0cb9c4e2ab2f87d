import { type Api, fetch, type RequestOf, ZERO_UUID } from "@salon/kafka-protocol";

/** A fetch that waits for the test's answer. */
export interface PendingFetch {
  readonly nodeId: number;
  /** Fetch offsets by partition, in the order asked. */
  readonly offsets: ReadonlyMap<number, number>;
  /** By partition: the leader's epoch, and that of the record before the offset. */
  readonly epochs: ReadonlyMap<number, readonly [leader: number, fetched: number]>;
  readonly rackId: string;
  answer(partitions: readonly FetchAnswer[]): Promise<void>;
  fail(error: Error): Promise<void>;
}

interface FetchAnswer {
  readonly partition: number;
  readonly errorCode?: number;
  readonly records?: Buffer;
  /** Last stable offset. */
  readonly logEnd?: number;
  readonly logStart?: number;
  /** Where the log parts from what was fetched. */
  readonly divergedAt?: number;
  readonly preferredReplica?: number;
}

/** The last one in which topics have names. */
const VERSION = 12;

/**
 * Stands in for a cluster where only fetches matter: they are kept until the test answers, so that
 * every order of events can be had.
 */
export class FakeCluster {
  readonly topic = "ratings";
  readonly fetches: PendingFetch[] = [];
  readonly leaders: Map<number, number>;
  readonly leaderEpochs: Map<number, number> = new Map();
  refreshes = 0;

  constructor(leaders: Record<number, number>) {
    this.leaders = new Map(
      Object.entries(leaders).map(([partition, nodeId]) => [Number(partition), nodeId]),
    );
  }

  /** The fetch that was sent next; there must be one. */
  take(): PendingFetch {
    const pending = this.fetches.shift();
    if (pending === undefined) throw new Error("no fetch is pending");
    return pending;
  }

  /** Takes a fetch, in its bytes, as a broker would. */
  async send<Request, Response>(
    nodeId: number,
    api: Api<Request, Response>,
    request: Request,
  ): Promise<Response> {
    const asked = fetch.decodeRequest(VERSION, api.encodeRequest(VERSION, request));
    return new Promise<Response>((resolve, reject) => {
      this.fetches.push({
        nodeId,
        offsets: ofEach(asked, ({ fetchOffset }) => Number(fetchOffset)),
        epochs: ofEach(asked, (part) => [part.currentLeaderEpoch, part.lastFetchedEpoch] as const),
        rackId: asked.rackId,
        async answer(partitions) {
          resolve(api.decodeResponse(VERSION, encodeAnswer(partitions)));
          await settle();
        },
        async fail(error) {
          reject(error);
          await settle();
        },
      });
    });
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

type AskedPartition = RequestOf<typeof fetch>["topics"][number]["partitions"][number];

function ofEach<Value>(
  { topics }: RequestOf<typeof fetch>,
  value: (asked: AskedPartition) => Value,
): Map<number, Value> {
  const partitions = topics.flatMap((topic) => topic.partitions);
  return new Map(partitions.map((asked) => [asked.index, value(asked)]));
}

function encodeAnswer(partitions: readonly FetchAnswer[]): Buffer {
  return fetch.encodeResponse(VERSION, {
    throttleTimeMs: 0,
    errorCode: 0,
    sessionId: 0,
    topics: [
      {
        name: "ratings",
        topicId: ZERO_UUID,
        partitions: partitions.map(({ partition, divergedAt, ...part }) => ({
          index: partition,
          errorCode: part.errorCode ?? 0,
          highWatermark: -1n,
          lastStableOffset: BigInt(part.logEnd ?? -1),
          logStartOffset: BigInt(part.logStart ?? -1),
          abortedTransactions: undefined,
          preferredReadReplica: part.preferredReplica ?? -1,
          records: part.records,
          divergingEpoch:
            divergedAt === undefined ? undefined : { epoch: 0, endOffset: BigInt(divergedAt) },
        })),
      },
    ],
  });
}
