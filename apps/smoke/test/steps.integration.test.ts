import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DevBroker, startDevBroker } from "@salon/dev-broker";
import { createWorkDirectory, startNodeProgram } from "@salon/testkit";
import type { ManagedProcess, WorkDirectory } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const smokeMain = new URL("../src/main.ts", import.meta.url);
const consumeMain = new URL("../../consumer-cli/src/main.ts", import.meta.url);

let broker: DevBroker;
let directory: WorkDirectory;
beforeAll(async () => {
  broker = await startDevBroker();
  directory = await createWorkDirectory("smoke");
});
afterAll(async () => {
  await broker[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});

/** A program with the flags that both share. */
function start(entry: URL, topic: string, flags: readonly string[] = []): Promise<ManagedProcess> {
  return startNodeProgram({
    entry,
    args: [
      `--bootstrap-servers=${broker.bootstrapServers}`,
      `--topic=${topic}`,
      `--warehouse=${join(directory.path, topic)}`,
      "--log-format=json",
      ...flags,
    ],
  });
}

function startConsumer(topic: string, flags: readonly string[] = []): Promise<ManagedProcess> {
  const own = ["--no-ui", "--starting-offsets=earliest", "--commit-interval=200ms"];
  return start(consumeMain, topic, [...own, ...flags]);
}

/** How a smoke test ended, and what it said of it. */
async function smoke(
  topic: string,
  flags: readonly string[] = [],
): Promise<{ readonly code: number | undefined; readonly stdout: string; readonly log: string }> {
  await using program = await start(smokeMain, topic, flags);
  const { code } = await program.exit;
  return { code, stdout: program.stdout(), log: program.stderr() };
}

describe("the smoke test", () => {
  it("finds its own three ratings, time after time, and prints what it saw", async () => {
    broker.createTopic({ name: "running", partitions: 3 });
    await using consumer = await startConsumer("running");
    for (const round of [1, 2]) {
      const { code, stdout, log } = await smoke("running");
      expect({ code, log, round }).toEqual({ code: 0, log: "", round });
      expect(stdout).toMatch(/^sent {8}3 ratings to topic running at 127\.0\.0\.1:\d+$/m);
      expect(stdout).toMatch(/^read back {3}3 of 3, byte for byte, in [\d.]+ s$/m);
      expect(stdout).toMatch(
        /^in table {4}3 of 3 once, by value, in bronze_ratings_streaming at snapshot \d+, [\d.]+ s/m,
      );
      expect(
        stdout.match(/partition \d, offset \d+: \{"customer_id":.*smoke test .* of 3"/g),
      ).toHaveLength(3);
    }
    expect(await consumer.stop()).toEqual({ code: 0 });
  });

  it("says that no table is there", async () => {
    broker.createTopic({ name: "unread", partitions: 1 });
    const { code, stdout, log } = await smoke("unread", ["--timeout=2s"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^read back {3}3 of 3/m);
    expect(log).toContain("STEP_TIMED_OUT");
    expect(log).toContain("waiting for table bronze_ratings_streaming: 0 of 3 after 2s");
    expect(log).toContain("there is no such table: is salon-consume running");
  });

  it("says that the table stands still", async () => {
    broker.createTopic({ name: "stopped", partitions: 1 });
    await using consumer = await startConsumer("stopped");
    expect((await smoke("stopped")).code).toBe(0);
    await consumer.stop();
    const { code, log } = await smoke("stopped", ["--timeout=2s"]);
    expect(code).toBe(1);
    expect(log).toContain("the table is at offset 3 of partition 0, and the rating at 3");
  });

  it("says that the table is filled from another topic", async () => {
    broker.createTopic({ name: "other", partitions: 1 });
    const { code, log } = await smoke("other", [
      `--warehouse=${join(directory.path, "stopped")}`,
      "--timeout=2s",
    ]);
    expect(code).toBe(1);
    expect(log).toContain("the table has no position of the topic");
  });

  it("says that the ratings became dead letters", async () => {
    broker.createTopic({ name: "strict", partitions: 1 });
    const rules = join(directory.path, "rules.json");
    const check = { kind: "range", min: 5 };
    await writeFile(
      rules,
      JSON.stringify({ rules: [{ name: "best-only", field: "rating_value", check }] }),
    );
    await using consumer = await startConsumer("strict", [`--rules=${rules}`]);
    await consumer.waitForLine(/reading topic strict/);
    const { code, log } = await smoke("strict", ["--timeout=6s"]);
    expect(code).toBe(1);
    expect(log).toContain("look for them with salon-table dead-letters");
    expect(await consumer.stop()).toEqual({ code: 0 });
  });

  it("names a topic that is not there, and sends nothing", async () => {
    const { code, stdout, log } = await smoke("absent");
    expect(code).toBe(5);
    expect(stdout).toBe("");
    expect(log).toContain("check --topic or create the topic");
  });

  it("does not look passed when it is broken off", async () => {
    broker.createTopic({ name: "broken-off", partitions: 1 });
    await using program = await start(smokeMain, "broken-off");
    await program.waitForLine(/^read back/);
    program.signal("SIGINT");
    expect(await program.exit).toEqual({ code: 1 });
  });
});
