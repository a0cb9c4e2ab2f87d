import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { SourceSubject } from "./describe-kafka-source.ts";
import { joinGroup, shares } from "./joined-member.ts";
import { eventually } from "./recording-handler.ts";

const SESSION_MS = 30_000;

/** Members that keep their place while they are away (KIP-345). */
export function staticMemberBehaviour({ cluster, open }: SourceSubject): void {
  test("static members that are started again cause no rebalance", async () => {
    const topic = await cluster().createTopic({ partitions: 4 });
    const options = { sessionTimeoutMs: SESSION_MS, metadataMaxAgeMs: 500 };
    const join = (groupInstanceId: string) =>
      joinGroup(open, topic, { ...options, groupInstanceId });
    let [first, second] = [await join("first"), await join("second")];
    await eventually(() => {
      expect(shares(first, second)).toEqual([0, 1, 2, 3]);
      expect(first.handler.assigned).toHaveLength(2);
    });
    // One of the two leads.
    const before = [first.handler.assigned, second.handler.assigned];
    let told = second.handler.changes.length;
    await first.source.stop();
    first = await join("first");
    await eventually(() => expect(first.handler.assigned).toEqual(before[0]));
    await sleep(4000);
    expect(second.handler.changes).toHaveLength(told);

    told = first.handler.changes.length;
    await second.source.stop();
    second = await join("second");
    await eventually(() => expect(second.handler.assigned).toEqual(before[1]));
    await sleep(4000);
    expect(first.handler.changes).toHaveLength(told);
    expect([...first.handler.troubles, ...second.handler.troubles]).toEqual([]);

    // What is new is shared out, though nobody has led since the start.
    await second.source.stop();
    await cluster().admin.createPartitions({ topicPartitions: [{ topic, count: 6 }] });
    second = await join("second");
    await eventually(() => expect(shares(first, second)).toEqual([0, 1, 2, 3, 4, 5]));
    await first.source.stop();
    await second.source.stop();
  });

  test("a static member whose place another takes ends for good", async () => {
    const topic = await cluster().createTopic({ partitions: 2 });
    const options = { groupInstanceId: "one", sessionTimeoutMs: 3000 };
    await using fenced = await joinGroup(open, topic, options);
    await eventually(() => expect(fenced.handler.assigned).toEqual([0, 1]));
    await using other = await joinGroup(open, topic, options);
    await eventually(() => expect(other.handler.assigned).toEqual([0, 1]));
    await eventually(() => expect(fenced.handler.failures).toHaveLength(1));
    expect(fenced.handler.failures[0]).toMatchObject({
      code: "MEMBER_FENCED",
      retryable: false,
      message: expect.stringMatching(/another process has the group instance id one/),
    });
    expect(fenced.handler.assigned).toEqual([]);
    await sleep(4000);
    expect(other.handler.assigned).toEqual([0, 1]);
    expect(other.handler.failures).toEqual([]);
    expect(fenced.handler.failures).toHaveLength(1);
  });
}
