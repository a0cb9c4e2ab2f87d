import { ConnectionError } from "../broker/broker-error.ts";
import { tlsReason } from "../broker/tls-reason.ts";
import { BearerError } from "../oauth/bearer-exchange.ts";
import type { BrokerAddress } from "../port/connection-settings.ts";
import { KafkaIoError } from "../kafka-io-error.ts";
import { CLOSING } from "./kafkajs-session.ts";

const UNREACHABLE_NAMES: ReadonlySet<string> = new Set([
  "KafkaJSConnectionError",
  "KafkaJSConnectionClosedError",
  "KafkaJSRequestTimeoutError",
  "KafkaJSLockTimeout",
]);

/** What kafkajs says in an authentication error where the connection broke in the middle of it. */
const LOST_CONNECTION = /closed connection|connection error|connection timeout|timed out/i;

/**
 * The package's error for what kafkajs's connections threw; a {@link KafkaIoError} is returned as
 * it is. A broker out of reach is retryable, a refused password or certificate is not.
 */
export function mapKafkajsError(
  error: unknown,
  address: BrokerAddress,
  hasClientCertificate: boolean,
): KafkaIoError {
  if (error instanceof KafkaIoError) return error;
  if (error instanceof BearerError) {
    return new ConnectionError(address, error.message, { isRefused: true, cause: error });
  }
  const telling = tellingCause(error);
  const reason = telling instanceof Error ? telling.message : String(telling);
  const name = telling instanceof Error ? telling.name : "";
  if (name === "KafkaJSSASLAuthenticationError") {
    const isRefused = !LOST_CONNECTION.test(reason);
    return new ConnectionError(address, reason, { isRefused, cause: error });
  }
  if (UNREACHABLE_NAMES.has(name) || reason === CLOSING) {
    const code = stringField(telling, "code");
    const broken = new Error(reason.replace(/^Connection error: /, ""));
    const told = tlsReason(broken, code ?? "", hasClientCertificate);
    return new ConnectionError(address, told, { code, cause: error });
  }
  return new KafkaIoError("KAFKA_REQUEST_FAILED", reason, { cause: error });
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

function stringField(error: unknown, name: string): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === "string" ? value : undefined;
}
