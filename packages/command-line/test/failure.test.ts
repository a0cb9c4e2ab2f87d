import { KafkaIoError } from "@salon/kafka-io";
import { describe, expect, it } from "vitest";
import { CommandLineError } from "../src/command-line-error.ts";
import { describeFailure } from "../src/failure.ts";

describe("describeFailure", () => {
  it("adds what to do to a known code", () => {
    const error = new KafkaIoError("KAFKA_UNREACHABLE", "cannot reach Kafka at localhost:1.");
    expect(describeFailure(error)).toEqual({
      exitCode: 3,
      code: "KAFKA_UNREACHABLE",
      sentence:
        "cannot reach Kafka at localhost:1; " +
        "check --bootstrap-servers, --security-protocol and that the broker runs",
    });
  });

  it("makes one line of a message with several", () => {
    const error = new CommandLineError("FILE_UNREADABLE", "cannot read a\n  because of b");
    expect(describeFailure(error).sentence).toBe("cannot read a because of b");
  });

  it("lets a command say what its own codes mean", () => {
    const error = Object.assign(new Error("the table was rolled back"), {
      code: "ROLLED_BACK",
      context: {},
    });
    expect(describeFailure(error)).toMatchObject({ exitCode: 1, code: "ROLLED_BACK" });
    const more = new Map([["ROLLED_BACK", { exitCode: 8, advice: "see --on-rollback" }]]);
    expect(describeFailure(error, more)).toEqual({
      exitCode: 8,
      code: "ROLLED_BACK",
      sentence: "the table was rolled back; see --on-rollback",
    });
  });

  it.each([new TypeError("x is not a function"), "thrown text"])(
    "says of %o that nobody expected it",
    (error) => {
      const failure = describeFailure(error);
      expect(failure).toMatchObject({
        exitCode: 1,
        sentence: expect.stringMatching(/^unexpected error: .*--log-level debug/),
      });
    },
  );

  it("does not take a system error for one of ours", () => {
    const error = Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" });
    expect(describeFailure(error).code).toBeUndefined();
  });
});
