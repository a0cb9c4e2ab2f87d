import { KafkaIoError, type KafkaIoErrorCode } from "../kafka-io-error.ts";

/** The offset lies outside of the log (Kafka protocol: Error Codes). */
export const OFFSET_OUT_OF_RANGE = 1;

interface KnownError {
  readonly name: string;
  readonly code: KafkaIoErrorCode;
  readonly retryable: boolean;
}

/** Those that Fetch and Produce give. */
const KNOWN_ERRORS: Readonly<Record<number, KnownError>> = {
  1: { name: "OFFSET_OUT_OF_RANGE", code: "KAFKA_REQUEST_FAILED", retryable: false },
  2: { name: "CORRUPT_MESSAGE", code: "KAFKA_REQUEST_FAILED", retryable: true },
  3: { name: "UNKNOWN_TOPIC_OR_PARTITION", code: "TOPIC_NOT_FOUND", retryable: true },
  5: { name: "LEADER_NOT_AVAILABLE", code: "KAFKA_REQUEST_FAILED", retryable: true },
  6: { name: "NOT_LEADER_OR_FOLLOWER", code: "KAFKA_REQUEST_FAILED", retryable: true },
  7: { name: "REQUEST_TIMED_OUT", code: "KAFKA_REQUEST_FAILED", retryable: true },
  9: { name: "REPLICA_NOT_AVAILABLE", code: "KAFKA_REQUEST_FAILED", retryable: true },
  10: { name: "MESSAGE_TOO_LARGE", code: "RECORD_TOO_LARGE", retryable: false },
  18: { name: "RECORD_LIST_TOO_LARGE", code: "RECORD_TOO_LARGE", retryable: false },
  19: { name: "NOT_ENOUGH_REPLICAS", code: "KAFKA_REQUEST_FAILED", retryable: true },
  20: { name: "NOT_ENOUGH_REPLICAS_AFTER_APPEND", code: "KAFKA_REQUEST_FAILED", retryable: true },
  29: { name: "TOPIC_AUTHORIZATION_FAILED", code: "KAFKA_UNAUTHORIZED", retryable: false },
  31: { name: "CLUSTER_AUTHORIZATION_FAILED", code: "KAFKA_UNAUTHORIZED", retryable: false },
  45: { name: "OUT_OF_ORDER_SEQUENCE_NUMBER", code: "KAFKA_REQUEST_FAILED", retryable: false },
  47: { name: "INVALID_PRODUCER_EPOCH", code: "KAFKA_REQUEST_FAILED", retryable: false },
  56: { name: "KAFKA_STORAGE_ERROR", code: "KAFKA_REQUEST_FAILED", retryable: true },
  59: { name: "UNKNOWN_PRODUCER_ID", code: "KAFKA_REQUEST_FAILED", retryable: false },
  76: { name: "UNSUPPORTED_COMPRESSION_TYPE", code: "KAFKA_REQUEST_FAILED", retryable: false },
  78: { name: "OFFSET_NOT_AVAILABLE", code: "KAFKA_REQUEST_FAILED", retryable: true },
};

/** The package's error for an error code other than 0; `what` names the request and its subject. */
export function errorFromCode(errorCode: number, what: string): KafkaIoError {
  const known = KNOWN_ERRORS[errorCode];
  const why = known?.name ?? `error ${errorCode}`;
  return new KafkaIoError(known?.code ?? "KAFKA_REQUEST_FAILED", `${what}: ${why}`, {
    context: { errorCode },
    retryable: known?.retryable ?? false,
  });
}
