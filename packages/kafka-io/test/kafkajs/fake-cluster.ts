import { ByteReader, ByteWriter } from "@salon/kafka-protocol";
import type {
  KafkajsBroker,
  KafkajsCluster,
  KafkajsExchange,
} from "../../src/kafkajs/kafkajs-cluster.ts";

/** A fetch that waits for the test's answer. */
export interface PendingFetch {
  readonly nodeId: number;
  /** Fetch offsets by partition, in the order asked. */
  readonly offsets: ReadonlyMap<number, number>;
  answer(partitions: readonly FetchAnswer[]): Promise<void>;
  fail(error: Error): Promise<void>;
}

interface FetchAnswer {
  readonly partition: number;
  readonly errorCode?: number;
  readonly records?: Buffer;
}

/**
 * Stands in for kafkajs's cluster where only fetches matter: they are kept until the test answers,
 * so that every order of events can be had.
 */
export class FakeCluster {
  readonly fetches: PendingFetch[] = [];
  readonly leaders: Map<number, number>;
  refreshes = 0;

  constructor(leaders: Record<number, number>) {
    this.leaders = new Map(
      Object.entries(leaders).map(([partition, nodeId]) => [Number(partition), nodeId]),
    );
  }

  /** The fetch that was sent next; there must be one. */
  take(): PendingFetch {
    const fetch = this.fetches.shift();
    if (fetch === undefined) throw new Error("no fetch is pending");
    return fetch;
  }

  /** What a log reader needs of a cluster. */
  asCluster(): KafkajsCluster {
    const readLeaders = (): { partitionId: number; leader: number }[] =>
      [...this.leaders].map(([partitionId, leader]) => ({ partitionId, leader }));
    const partial: Partial<KafkajsCluster> = {
      brokerPool: {
        brokers: {},
        seedBroker: undefined,
        get metadata() {
          return {
            clusterId: "fake",
            topicMetadata: [{ topic: "ratings", partitionMetadata: readLeaders() }],
          };
        },
      },
      findBroker: async ({ nodeId }) => this.#broker(nodeId),
    };
    return partial as KafkajsCluster;
  }

  #broker(nodeId: number): KafkajsBroker {
    const send = <T>(exchange: KafkajsExchange<T>): Promise<T> => this.#send(nodeId, exchange);
    const partial = { nodeId, connectionPool: { host: "fake", port: 1, pool: [], send } };
    return partial as Partial<KafkajsBroker> as KafkajsBroker;
  }

  async #send<T>(nodeId: number, { request, response }: KafkajsExchange<T>): Promise<T> {
    const encoded: unknown = Reflect.get(await request.encode(), "buffer");
    const offsets = decodeOffsets(encoded as Buffer);
    return new Promise<T>((resolve, reject) => {
      this.fetches.push({
        nodeId,
        offsets,
        async answer(partitions) {
          resolve(await response.decode(encodeAnswer(partitions)));
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

function decodeOffsets(body: Buffer): Map<number, number> {
  const reader = new ByteReader(body);
  for (let field = 0; field < 4; field++) reader.readInt32();
  reader.readInt8();
  reader.readInt32();
  reader.readInt32();
  const [partitions = []] = reader.readArray(() => {
    reader.readString();
    return reader.readArray((): [number, number] => {
      const partition = reader.readInt32();
      reader.readInt32();
      const offset = Number(reader.readInt64());
      reader.readInt64();
      reader.readInt32();
      return [partition, offset];
    });
  });
  return new Map(partitions);
}

function encodeAnswer(partitions: readonly FetchAnswer[]): Buffer {
  return new ByteWriter()
    .writeInt32(0)
    .writeInt16(0)
    .writeInt32(0)
    .writeArray(["ratings"], (writer, topic) =>
      writer.writeString(topic).writeArray(partitions, (writer, part) =>
        writer
          .writeInt32(part.partition)
          .writeInt16(part.errorCode ?? 0)
          .writeInt64(-1n)
          .writeInt64(-1n)
          .writeInt64(-1n)
          .writeInt32(-1)
          .writeInt32(-1)
          .writeBytes(part.records ?? Buffer.alloc(0)),
      ),
    )
    .toBuffer();
}
