import { type ErrorName, errorName } from "@salon/kafka-protocol";
import { type BrokerAddress, addressText } from "../port/connection-settings.ts";
import { KafkaIoError, type KafkaIoErrorCode } from "../kafka-io-error.ts";

const CODES: Partial<Record<ErrorName, KafkaIoErrorCode>> = {
  UNKNOWN_TOPIC_OR_PARTITION: "TOPIC_NOT_FOUND",
  INVALID_TOPIC_EXCEPTION: "TOPIC_NOT_FOUND",
  MESSAGE_TOO_LARGE: "RECORD_TOO_LARGE",
  RECORD_LIST_TOO_LARGE: "RECORD_TOO_LARGE",
  TOPIC_AUTHORIZATION_FAILED: "KAFKA_UNAUTHORIZED",
  GROUP_AUTHORIZATION_FAILED: "KAFKA_UNAUTHORIZED",
  CLUSTER_AUTHORIZATION_FAILED: "KAFKA_UNAUTHORIZED",
  FENCED_INSTANCE_ID: "MEMBER_FENCED",
  INCONSISTENT_GROUP_PROTOCOL: "GROUP_INCOMPATIBLE",
  UNSUPPORTED_SASL_MECHANISM: "KAFKA_UNAUTHORIZED",
  SASL_AUTHENTICATION_FAILED: "KAFKA_UNAUTHORIZED",
};

/** Those that pass (Kafka protocol: Error Codes, column Retriable) of the requests sent here. */
const RETRYABLE: ReadonlySet<ErrorName> = new Set([
  "CORRUPT_MESSAGE",
  "UNKNOWN_TOPIC_OR_PARTITION",
  "UNKNOWN_TOPIC_ID",
  "LEADER_NOT_AVAILABLE",
  "NOT_LEADER_OR_FOLLOWER",
  "REQUEST_TIMED_OUT",
  "REPLICA_NOT_AVAILABLE",
  "NETWORK_EXCEPTION",
  "COORDINATOR_LOAD_IN_PROGRESS",
  "COORDINATOR_NOT_AVAILABLE",
  "NOT_COORDINATOR",
  "NOT_ENOUGH_REPLICAS",
  "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
  "NOT_CONTROLLER",
  "CONCURRENT_TRANSACTIONS",
  "KAFKA_STORAGE_ERROR",
  "FENCED_LEADER_EPOCH",
  "UNKNOWN_LEADER_EPOCH",
  "OFFSET_NOT_AVAILABLE",
  "UNRELEASED_INSTANCE_ID",
  "THROTTLING_QUOTA_EXCEEDED",
]);

/** What a broker answered instead of doing as asked. */
export class BrokerError extends KafkaIoError {
  /** Undefined where the number is not known here. */
  readonly errorName: ErrorName | undefined;

  constructor(errorCode: number, what: string, detail?: string) {
    const name = errorName(errorCode);
    const why = name ?? `error ${errorCode}`;
    const message = `${what}: ${why}${detail === undefined ? "" : ` (${detail})`}`;
    super((name && CODES[name]) ?? "KAFKA_REQUEST_FAILED", message, {
      context: { errorCode, ...(name !== undefined && { kafkaError: name }) },
      retryable: name !== undefined && RETRYABLE.has(name),
    });
    this.errorName = name;
  }
}

/** @throws BrokerError unless the code is 0; `what` names the request and its subject. */
export function throwOnErrorCode(errorCode: number, what: string, detail?: string): void {
  if (errorCode !== 0) throw new BrokerError(errorCode, what, detail);
}

/** TLS faults that trying again does not mend: wrong authority, name or date. */
const TLS_FAULT =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH)/;

/**
 * A connection that was not made, or is lost: `KAFKA_UNREACHABLE`, which is retryable, or
 * `KAFKA_UNAUTHORIZED` where a certificate or a password is refused.
 */
export class ConnectionError extends KafkaIoError {
  readonly reason: string;

  constructor(
    address: BrokerAddress,
    reason: string,
    options: {
      /** Node's or OpenSSL's code, of which some mean a refusal. */
      readonly code?: string | undefined;
      readonly isRefused?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    const isRefused = options.isRefused ?? ConnectionError.isTlsFault(options.code ?? "");
    const server = addressText(address);
    super(isRefused ? "KAFKA_UNAUTHORIZED" : "KAFKA_UNREACHABLE", `broker ${server}: ${reason}`, {
      context: { server },
      cause: options.cause,
      retryable: !isRefused,
    });
    this.reason = reason;
  }

  /** Whether Node's or OpenSSL's code is of a fault of TLS that trying again does not mend. */
  static isTlsFault(code: string): boolean {
    return TLS_FAULT.test(code);
  }
}

/** What was being done, for messages. */
export interface Operation {
  /** As in "cannot …": a verb and its object. */
  readonly action: string;
  readonly bootstrapServers: readonly string[];
}

/** Has the error of a connection say what could not be done; others stay as they are. */
export function nameConnectionError(error: unknown, operation: Operation): unknown {
  if (!(error instanceof ConnectionError)) return error;
  const { action, bootstrapServers } = operation;
  const message = `cannot ${action} at ${bootstrapServers.join(", ")}: ${error.message}`;
  return new KafkaIoError(error.code, message, {
    context: { ...error.context, bootstrapServers },
    cause: error,
    retryable: error.retryable,
  });
}
