import { KafkaIoError, type KafkaIoErrorCode } from "../kafka-io-error.ts";

/** What was being done, for messages. */
export interface Operation {
  /** As in "cannot …": a verb and its object. */
  readonly action: string;
  readonly bootstrapServers: readonly string[];
  readonly topic?: string | undefined;
}

const UNREACHABLE_NAMES: ReadonlySet<string> = new Set([
  "KafkaJSConnectionError",
  "KafkaJSConnectionClosedError",
  "KafkaJSRequestTimeoutError",
  "KafkaJSBrokerNotFound",
  "KafkaJSLockTimeout",
  "KafkaJSMetadataNotLoaded",
  "KafkaJSTopicMetadataNotLoaded",
  "KafkaJSGroupCoordinatorNotFound",
]);

const CODES_BY_TYPE: Readonly<Record<string, KafkaIoErrorCode>> = {
  SASL_AUTHENTICATION_FAILED: "KAFKA_UNAUTHORIZED",
  UNSUPPORTED_SASL_MECHANISM: "KAFKA_UNAUTHORIZED",
  TOPIC_AUTHORIZATION_FAILED: "KAFKA_UNAUTHORIZED",
  GROUP_AUTHORIZATION_FAILED: "KAFKA_UNAUTHORIZED",
  CLUSTER_AUTHORIZATION_FAILED: "KAFKA_UNAUTHORIZED",
  UNKNOWN_TOPIC_OR_PARTITION: "TOPIC_NOT_FOUND",
  INVALID_TOPIC_EXCEPTION: "TOPIC_NOT_FOUND",
  MESSAGE_TOO_LARGE: "RECORD_TOO_LARGE",
  RECORD_LIST_TOO_LARGE: "RECORD_TOO_LARGE",
};

/** TLS faults that trying again does not mend: wrong authority, name or date. */
const TLS_FAULT =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH)/;

/** What kafkajs says in an authentication error where the connection broke in the middle of it. */
const LOST_CONNECTION = /closed connection|connection error|connection timeout|timed out/i;

/**
 * The package's error for what kafkajs threw; a {@link KafkaIoError} is returned as it is. An
 * unreachable cluster is retryable, a refused password or certificate is not.
 */
export function mapKafkajsError(error: unknown, operation: Operation): KafkaIoError {
  if (error instanceof KafkaIoError) return error;
  const telling = tellingCause(error);
  const code = codeOf(telling);
  const server = stringField(telling, "broker");
  const servers = operation.bootstrapServers.join(", ");
  const context = {
    bootstrapServers: operation.bootstrapServers,
    ...(operation.topic !== undefined && { topic: operation.topic }),
    ...(server !== undefined && { server }),
    ...(kafkajsErrorType(telling) !== undefined && { kafkaError: kafkajsErrorType(telling) }),
  };
  const where =
    code === "KAFKA_UNREACHABLE" || code === "KAFKA_UNAUTHORIZED" ? ` at ${servers}` : "";
  const reason = telling instanceof Error ? telling.message : String(telling);
  return new KafkaIoError(code, `cannot ${operation.action}${where}: ${reason}`, {
    context,
    cause: error,
    retryable: isRetryable(code, telling),
  });
}

/** True where the same request may succeed later without a change by the caller. */
export function isPassingFailure(error: unknown): boolean {
  if (error instanceof KafkaIoError) return error.retryable;
  const telling = tellingCause(error);
  return isRetryable(codeOf(telling), telling);
}

/** Kafka's name of the error, e.g. `REBALANCE_IN_PROGRESS`, where kafkajs carries one. */
export function kafkajsErrorType(error: unknown): string | undefined {
  return stringField(tellingCause(error), "type");
}

/** kafkajs wraps: the innermost cause that says what happened. */
function tellingCause(error: unknown): unknown {
  let current = error;
  for (let depth = 0; depth < 8; depth++) {
    if (!(current instanceof Error)) return current;
    const isWrapper =
      current.name === "KafkaJSNumberOfRetriesExceeded" ||
      current.name === "KafkaJSNonRetriableError" ||
      current.name === "KafkaJSError";
    if (!isWrapper || !(current.cause instanceof Error)) return current;
    current = current.cause;
  }
  return current;
}

function codeOf(error: unknown): KafkaIoErrorCode {
  if (!(error instanceof Error)) return "KAFKA_REQUEST_FAILED";
  if (error.name === "KafkaJSSASLAuthenticationError") {
    return LOST_CONNECTION.test(error.message) ? "KAFKA_UNREACHABLE" : "KAFKA_UNAUTHORIZED";
  }
  const type = stringField(error, "type");
  if (type !== undefined) return CODES_BY_TYPE[type] ?? "KAFKA_REQUEST_FAILED";
  if (TLS_FAULT.test(stringField(error, "code") ?? "")) return "KAFKA_UNAUTHORIZED";
  return UNREACHABLE_NAMES.has(error.name) ? "KAFKA_UNREACHABLE" : "KAFKA_REQUEST_FAILED";
}

function isRetryable(code: KafkaIoErrorCode, error: unknown): boolean {
  switch (code) {
    case "KAFKA_UNREACHABLE":
      return true;
    case "TOPIC_NOT_FOUND":
      return stringField(error, "type") === "UNKNOWN_TOPIC_OR_PARTITION";
    case "KAFKA_REQUEST_FAILED":
      return error instanceof Error && "retriable" in error && error.retriable === true;
    default:
      return false;
  }
}

function stringField(error: unknown, name: string): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === "string" ? value : undefined;
}
