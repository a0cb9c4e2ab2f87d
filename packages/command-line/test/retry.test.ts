import { KafkaIoError } from "@salon/kafka-io";
import { describe, expect, it } from "vitest";
import { retryWhileUnreachable } from "../src/retry.ts";

/**
 * A service that fails with the given errors before it answers, and a clock that sleeping moves.
 */
function createService(failures: readonly Error[], signal = new AbortController().signal) {
  const warnings: string[] = [];
  const delays: number[] = [];
  let calls = 0;
  let nowMs = 0;
  return {
    warnings,
    delays,
    call: () => {
      const failure = failures[calls++];
      return failure === undefined ? Promise.resolve(calls) : Promise.reject(failure);
    },
    components: {
      signal,
      logger: { warn: (text: string) => void warnings.push(text) },
      now: () => nowMs,
      sleep: (delayMs: number) => {
        delays.push(delayMs);
        nowMs += delayMs;
        return Promise.resolve();
      },
    },
  };
}

function unreachable(): KafkaIoError {
  return new KafkaIoError("KAFKA_UNREACHABLE", "cannot reach Kafka at a:1", { retryable: true });
}

describe("retryWhileUnreachable", () => {
  it("goes on until the service answers, and says once what is missing", async () => {
    const service = createService([unreachable(), unreachable()]);
    expect(await retryWhileUnreachable(service.call, service.components, 10_000)).toBe(3);
    expect(service.warnings).toEqual([
      "cannot reach Kafka at a:1; check --bootstrap-servers, --security-protocol and that the " +
        "broker runs; trying again for 10s",
    ]);
  });

  it("gives up with the last error after the stated time", async () => {
    const service = createService(Array.from({ length: 99 }, unreachable));
    const retrying = retryWhileUnreachable(service.call, service.components, 20_000);
    await expect(retrying).rejects.toMatchObject({ code: "KAFKA_UNREACHABLE" });
    // 0.5 + 1 + 2 + 4 + 5 + 5 = 17.5 s; another 5 s would be too late.
    expect(service.delays).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  it("throws at once what trying again does not change", async () => {
    const service = createService([new KafkaIoError("KAFKA_UNAUTHORIZED", "wrong password")]);
    const retrying = retryWhileUnreachable(service.call, service.components);
    await expect(retrying).rejects.toMatchObject({ code: "KAFKA_UNAUTHORIZED" });
    expect(service.delays).toEqual([]);
  });

  it("ends when it is aborted", async () => {
    const service = createService([], AbortSignal.abort());
    const retrying = retryWhileUnreachable(service.call, service.components);
    await expect(retrying).rejects.toMatchObject({ name: "AbortError" });
  });
});
