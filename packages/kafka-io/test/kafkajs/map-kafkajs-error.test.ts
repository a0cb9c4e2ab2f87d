import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { KafkaIoError } from "../../src/kafka-io-error.ts";
import {
  isPassingFailure,
  kafkajsErrorType,
  mapKafkajsError,
} from "../../src/kafkajs/map-kafkajs-error.ts";

type ErrorClass = new (message: string | Error, options?: object) => Error;

const load: (path: string) => unknown = createRequire(import.meta.url);
const errors = load("kafkajs/src/errors.js") as Record<string, ErrorClass>;
const { createErrorFromCode } = load("kafkajs/src/protocol/error.js") as {
  readonly createErrorFromCode: (code: number) => Error;
};

function kafkajsError(name: string, message: string | Error, options: object = {}): Error {
  const Class = errors[name];
  if (Class === undefined) throw new Error(`kafkajs has no ${name}`);
  return new Class(message, options);
}

const operation = { action: "read", bootstrapServers: ["a:1", "b:2"], topic: "ratings" };

describe("mapKafkajsError", () => {
  test.each([
    ["KafkaJSConnectionError", "KAFKA_UNREACHABLE", true],
    ["KafkaJSConnectionClosedError", "KAFKA_UNREACHABLE", true],
    ["KafkaJSRequestTimeoutError", "KAFKA_UNREACHABLE", true],
    ["KafkaJSBrokerNotFound", "KAFKA_UNREACHABLE", true],
    ["KafkaJSSASLAuthenticationError", "KAFKA_UNAUTHORIZED", false],
    ["KafkaJSNotImplemented", "KAFKA_REQUEST_FAILED", false],
  ])("%s", (name, code, retryable) => {
    expect(mapKafkajsError(kafkajsError(name, "no"), operation)).toMatchObject({ code, retryable });
  });

  test.each([
    [3, "TOPIC_NOT_FOUND", true],
    [17, "TOPIC_NOT_FOUND", false],
    [10, "RECORD_TOO_LARGE", false],
    [29, "KAFKA_UNAUTHORIZED", false],
    [30, "KAFKA_UNAUTHORIZED", false],
    [58, "KAFKA_UNAUTHORIZED", false],
    [14, "KAFKA_REQUEST_FAILED", true],
    [42, "KAFKA_REQUEST_FAILED", false],
  ])("Kafka's error %i", (kafkaCode, code, retryable) => {
    const error = createErrorFromCode(kafkaCode);
    expect(mapKafkajsError(error, operation)).toMatchObject({ code, retryable });
    expect(isPassingFailure(error)).toBe(retryable);
  });

  test("names what was done and the servers, and keeps the cause", () => {
    const cause = kafkajsError("KafkaJSConnectionError", "refused", { broker: "b:2" });
    const mapped = mapKafkajsError(cause, operation);
    expect(mapped.message).toBe("cannot read at a:1, b:2: refused");
    expect(mapped.context).toMatchObject({ bootstrapServers: ["a:1", "b:2"], server: "b:2" });
    expect(mapped.cause).toBe(cause);
  });

  test("looks through kafkajs's wrappers", () => {
    const inner = createErrorFromCode(3);
    const wrapped = kafkajsError("KafkaJSNonRetriableError", inner, { cause: inner });
    const twice = kafkajsError("KafkaJSNumberOfRetriesExceeded", wrapped, {});
    expect(mapKafkajsError(twice, operation).code).toBe("TOPIC_NOT_FOUND");
    expect(kafkajsErrorType(twice)).toBe("UNKNOWN_TOPIC_OR_PARTITION");
  });

  test("a connection lost while authenticating is no wrong password", () => {
    const lost = kafkajsError(
      "KafkaJSSASLAuthenticationError",
      "SASL PLAIN authentication failed: Closed connection",
    );
    expect(mapKafkajsError(lost, operation)).toMatchObject({
      code: "KAFKA_UNREACHABLE",
      retryable: true,
    });
  });

  test("a certificate that is not trusted is a refusal, and not tried again", () => {
    const code = "DEPTH_ZERO_SELF_SIGNED_CERT";
    const error = kafkajsError("KafkaJSConnectionError", "self-signed certificate", { code });
    expect(mapKafkajsError(error, operation)).toMatchObject({
      code: "KAFKA_UNAUTHORIZED",
      retryable: false,
    });
  });

  test("the package's own errors stay what they are", () => {
    const own = new KafkaIoError("OFFSET_UNSAFE", "too far");
    expect(mapKafkajsError(own, operation)).toBe(own);
  });

  test("anything else fails for good", () => {
    expect(mapKafkajsError("what?", operation)).toMatchObject({
      code: "KAFKA_REQUEST_FAILED",
      retryable: false,
    });
  });
});
