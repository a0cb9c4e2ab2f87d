import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { KafkaIoError } from "../../src/kafka-io-error.ts";
import { mapKafkajsError } from "../../src/kafkajs/map-kafkajs-error.ts";

type ErrorClass = new (message: string | Error, options?: object) => Error;

const load: (path: string) => unknown = createRequire(import.meta.url);
const errors = load("kafkajs/src/errors.js") as Record<string, ErrorClass>;

function kafkajsError(name: string, message: string | Error, options: object = {}): Error {
  const Class = errors[name];
  if (Class === undefined) throw new Error(`kafkajs has no ${name}`);
  return new Class(message, options);
}

const address = { host: "b", port: 2 };

describe("mapKafkajsError", () => {
  test.each([
    ["KafkaJSConnectionError", "KAFKA_UNREACHABLE", true],
    ["KafkaJSConnectionClosedError", "KAFKA_UNREACHABLE", true],
    ["KafkaJSRequestTimeoutError", "KAFKA_UNREACHABLE", true],
    ["KafkaJSLockTimeout", "KAFKA_UNREACHABLE", true],
    ["KafkaJSSASLAuthenticationError", "KAFKA_UNAUTHORIZED", false],
    ["KafkaJSNotImplemented", "KAFKA_REQUEST_FAILED", false],
  ])("%s", (name, code, retryable) => {
    expect(mapKafkajsError(kafkajsError(name, "no"), address, false)).toMatchObject({
      code,
      retryable,
    });
  });

  test("names the broker and keeps the cause", () => {
    const cause = kafkajsError("KafkaJSConnectionError", "refused", { broker: "b:2" });
    const mapped = mapKafkajsError(cause, address, false);
    expect(mapped.message).toBe("broker b:2: refused");
    expect(mapped.cause).toBe(cause);
  });

  test("looks through kafkajs's wrappers", () => {
    const inner = kafkajsError("KafkaJSConnectionError", "refused");
    const wrapped = kafkajsError("KafkaJSNonRetriableError", inner, { cause: inner });
    const twice = kafkajsError("KafkaJSNumberOfRetriesExceeded", wrapped, {});
    expect(mapKafkajsError(twice, address, false).code).toBe("KAFKA_UNREACHABLE");
  });

  test("a connection lost while authenticating is no wrong password", () => {
    const lost = kafkajsError(
      "KafkaJSSASLAuthenticationError",
      "SASL PLAIN authentication failed: Closed connection",
    );
    expect(mapKafkajsError(lost, address, false)).toMatchObject({
      code: "KAFKA_UNREACHABLE",
      retryable: true,
    });
  });

  test("a certificate that is not trusted is a refusal, and not tried again", () => {
    const code = "DEPTH_ZERO_SELF_SIGNED_CERT";
    const error = kafkajsError("KafkaJSConnectionError", "self-signed certificate", { code });
    expect(mapKafkajsError(error, address, false)).toMatchObject({
      code: "KAFKA_UNAUTHORIZED",
      retryable: false,
    });
  });

  test("the package's own errors stay what they are", () => {
    const own = new KafkaIoError("OFFSET_UNSAFE", "too far");
    expect(mapKafkajsError(own, address, false)).toBe(own);
  });

  test("anything else fails for good", () => {
    expect(mapKafkajsError("what?", address, false)).toMatchObject({
      code: "KAFKA_REQUEST_FAILED",
      retryable: false,
    });
  });
});
