import type { RecordHeader } from "./record-header.ts";

/** A record to send. */
export interface OutgoingRecord {
  readonly key?: Uint8Array | undefined;
  /** Absent: a null value. */
  readonly value?: Uint8Array | undefined;
  readonly partition?: number | undefined;
  readonly timestampMs?: number | undefined;
  readonly headers?: readonly RecordHeader[] | undefined;
}

/** Where consecutive records of one partition came to stand. */
export interface SentBatch {
  readonly partition: number;
  readonly baseOffset: number;
  readonly count: number;
}

/**
 * Writes to one topic, idempotently, every record acknowledged by all in-sync replicas.
 *
 * Errors: {@link KafkaIoError} with `KAFKA_UNREACHABLE` (retryable), `KAFKA_UNAUTHORIZED`,
 * `TOPIC_NOT_FOUND`, `RECORD_TOO_LARGE`.
 */
export interface KafkaSink extends AsyncDisposable {
  /** Creates the topic if it is missing. */
  ensureTopic(partitionCount: number, signal?: AbortSignal): Promise<"created" | "exists">;
  /**
   * Resolves when the brokers have all of it; records of one partition keep their order. A record
   * without a partition goes where Java's producer puts its key. After an error some of the records
   * may be there; what is sent later never takes their place.
   */
  send(records: readonly OutgoingRecord[], signal?: AbortSignal): Promise<readonly SentBatch[]>;
}
