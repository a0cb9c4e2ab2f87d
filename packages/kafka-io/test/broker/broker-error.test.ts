import { ERROR_CODES } from "@salon/kafka-protocol";
import { describe, expect, test } from "vitest";
import {
  BrokerError,
  ConnectionError,
  nameConnectionError,
  throwOnErrorCode,
} from "../../src/broker/broker-error.ts";

const address = { host: "b", port: 2 };
const operation = { action: "read", bootstrapServers: ["a:1", "b:2"] };

describe("BrokerError", () => {
  // Kafka protocol: Error Codes, column Retriable.
  test.each([
    ["UNKNOWN_TOPIC_OR_PARTITION", "TOPIC_NOT_FOUND", true],
    ["INVALID_TOPIC_EXCEPTION", "TOPIC_NOT_FOUND", false],
    ["MESSAGE_TOO_LARGE", "RECORD_TOO_LARGE", false],
    ["TOPIC_AUTHORIZATION_FAILED", "KAFKA_UNAUTHORIZED", false],
    ["GROUP_AUTHORIZATION_FAILED", "KAFKA_UNAUTHORIZED", false],
    ["COORDINATOR_LOAD_IN_PROGRESS", "KAFKA_REQUEST_FAILED", true],
    ["NOT_LEADER_OR_FOLLOWER", "KAFKA_REQUEST_FAILED", true],
    ["REBALANCE_IN_PROGRESS", "KAFKA_REQUEST_FAILED", false],
    ["INVALID_REQUEST", "KAFKA_REQUEST_FAILED", false],
  ] as const)("%s", (name, code, retryable) => {
    const error = new BrokerError(ERROR_CODES[name], "write to t-0");
    expect(error).toMatchObject({ code, retryable, errorName: name });
    expect(error.message).toBe(`write to t-0: ${name}`);
  });

  test("a number that is not known fails for good", () => {
    expect(new BrokerError(9999, "fetch", "why")).toMatchObject({
      code: "KAFKA_REQUEST_FAILED",
      retryable: false,
      errorName: undefined,
      message: "fetch: error 9999 (why)",
    });
  });

  test("success is none", () => {
    expect(() => throwOnErrorCode(0, "fetch")).not.toThrow();
    expect(() => throwOnErrorCode(1, "fetch")).toThrow("fetch: OFFSET_OUT_OF_RANGE");
  });
});

describe("ConnectionError", () => {
  test("a broker out of reach is worth another try", () => {
    const error = new ConnectionError(address, "connect ECONNREFUSED", { code: "ECONNREFUSED" });
    expect(error).toMatchObject({ code: "KAFKA_UNREACHABLE", retryable: true });
  });

  test.each(["DEPTH_ZERO_SELF_SIGNED_CERT", "CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID"])(
    "a certificate that is not trusted is a refusal, and not tried again: %s",
    (code) => {
      const error = new ConnectionError(address, "no", { code });
      expect(error).toMatchObject({ code: "KAFKA_UNAUTHORIZED", retryable: false });
    },
  );

  test("says what could not be done, and where", () => {
    const cause = new ConnectionError(address, "refused");
    const named = nameConnectionError(cause, operation);
    expect(named).toMatchObject({
      message: "cannot read at a:1, b:2: broker b:2: refused",
      context: { bootstrapServers: ["a:1", "b:2"], server: "b:2" },
      retryable: true,
      cause,
    });
  });

  test("other errors stay what they are", () => {
    const other = new BrokerError(3, "fetch");
    expect(nameConnectionError(other, operation)).toBe(other);
    expect(nameConnectionError("what?", operation)).toBe("what?");
  });
});
