import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createWorkDirectory } from "../process/work-directory.ts";
import { startPythonService } from "../readers/python-service.ts";
import type { KafkaCredentials } from "./kafka-security.ts";

/** Codecs that librdkafka writes. */
export type CompressionCodec = "none" | "gzip" | "snappy" | "lz4" | "zstd";

/** A record to write. */
export interface ClientRecord {
  readonly partition?: number | undefined;
  readonly key?: Uint8Array | undefined;
  /** Absent: a null value. */
  readonly value?: Uint8Array | undefined;
  readonly timestampMs?: number | undefined;
  readonly headers?: readonly ClientHeader[] | undefined;
}

/** Name and value of a record's header; names may repeat. */
type ClientHeader = readonly [name: string, value: Uint8Array | undefined];

/** Where a record came to stand. */
export interface ClientDelivery {
  readonly partition: number;
  readonly offset: number;
  /**
   * False for a record of an aborted transaction: it takes an offset and must be read by nobody.
   */
  readonly committed: boolean;
}

/** A record that was read. */
export interface ConsumedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key?: Buffer | undefined;
  /** Empty for null. */
  readonly value: Buffer;
  readonly headers: readonly ClientHeader[];
}

/** What to write, and how. */
export interface ClientProduce {
  readonly topic: string;
  readonly records: readonly ClientRecord[];
  readonly codec?: CompressionCodec | undefined;
  /** Transactions of `size` records each; every `abortEvery`th is aborted, none if 0. */
  readonly transaction?:
    | { readonly id: string; readonly size: number; readonly abortEvery: number }
    | undefined;
  /** Further settings of librdkafka: `{ "batch.num.messages": 100 }`. */
  readonly config?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** librdkafka, the C client of Kafka, in a Python process. */
export interface LibrdkafkaClient extends AsyncDisposable {
  /** Errors: `REQUEST_FAILED`, also when the topic is there. */
  createTopic(
    topic: string,
    options?: {
      readonly partitions?: number;
      readonly config?: Readonly<Record<string, string>>;
    },
  ): Promise<void>;
  /** Errors: `REQUEST_FAILED`, also when the topic has as many. */
  addPartitions(topic: string, total: number): Promise<void>;
  /** Resolves when the broker has taken the request; the topic may be seen for a while yet. */
  deleteTopic(topic: string): Promise<void>;
  /** The last stable offset of each partition, by its number. */
  endOffsets(topic: string): Promise<readonly number[]>;
  /** Resolves when the broker has all records, with where each came to stand, in their order. */
  produce(produce: ClientProduce): Promise<readonly ClientDelivery[]>;
  /** The next records of a group from the earliest on; what was read is committed. */
  consume(consume: {
    readonly topic: string;
    readonly groupId: string;
    readonly count: number;
  }): Promise<readonly ConsumedRecord[]>;
}

/**
 * Starts a client of the brokers at `bootstrapServers`, with TLS and SASL PLAIN if it has
 * credentials.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`, `PROCESS_FAILED`.
 */
export async function startLibrdkafka(
  settings: { readonly bootstrapServers: string } | KafkaCredentials,
): Promise<LibrdkafkaClient> {
  const connection = connectionConfig(settings);
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await createWorkDirectory("librdkafka"));
  const service = resources.use(
    await startPythonService({ environment: "readers", script: "librdkafka_client.py" }),
  );
  let fileCount = 0;
  const owned = resources.move();
  return {
    async createTopic(topic, { partitions = 1, config = {} } = {}) {
      await service.request("createTopic", { connection, topic, partitions, config });
    },
    async addPartitions(topic, total) {
      await service.request("addPartitions", { connection, topic, partitions: total });
    },
    async deleteTopic(topic) {
      await service.request("deleteTopic", { connection, topic });
    },
    async endOffsets(topic) {
      return (await service.request("endOffsets", { connection, topic })) as readonly number[];
    },
    async produce({ topic, records, codec = "none", transaction, config = {} }) {
      const name = join(directory.path, String(fileCount++));
      const [input, path] = [`${name}.in.ndjson`, `${name}.out.ndjson`];
      await writeFile(input, encodeRecords(records));
      await service.request("produce", {
        connection,
        topic,
        records: input,
        path,
        config: { "compression.codec": codec, ...config },
        transaction: transaction ?? null,
      });
      const deliveries: ClientDelivery[] = [];
      for await (const line of createInterface(createReadStream(path))) {
        deliveries.push(JSON.parse(line) as ClientDelivery);
      }
      return deliveries;
    },
    async consume(consume) {
      const records = await service.request("consume", { connection, ...consume });
      return (records as readonly WireRecord[]).map(([partition, offset, key, value, headers]) => ({
        partition,
        offset,
        key: bytesOf(key),
        value: bytesOf(value) ?? Buffer.alloc(0),
        headers: headers.map(([name, header]) => [name, bytesOf(header)]),
      }));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Partition, offset, key, value and headers, bytes in base64. */
type WireRecord = readonly [
  number,
  number,
  string | null,
  string | null,
  readonly (readonly [string, string | null])[],
];

function bytesOf(text: string | null): Buffer | undefined {
  return text === null ? undefined : Buffer.from(text, "base64");
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString("base64");
}

function connectionConfig(
  settings: { readonly bootstrapServers: string } | KafkaCredentials,
): Record<string, string> {
  const plain = { "bootstrap.servers": settings.bootstrapServers };
  if (!("ca" in settings)) return plain;
  return {
    ...plain,
    "security.protocol": "sasl_ssl",
    "sasl.mechanism": "PLAIN",
    "sasl.username": settings.username,
    "sasl.password": settings.password,
    "ssl.ca.pem": settings.ca,
  };
}

function* encodeRecords(records: readonly ClientRecord[]): Generator<string> {
  for (const { partition, key, value, timestampMs, headers } of records) {
    const line = {
      partition,
      key: textOf(key),
      value: textOf(value),
      timestamp: timestampMs,
      headers: headers?.map(([name, header]) => [name, textOf(header) ?? null]),
    };
    yield `${JSON.stringify(line)}\n`;
  }
}
