import { appendFile, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createWorkDirectory } from "@salon/testkit";
import { describe, expect, it } from "vitest";
import { startDevBroker } from "../../src/index.ts";
import { openDirectoryStore } from "../../src/log/directory-store.ts";
import { PartitionLog } from "../../src/log/partition-log.ts";
import { recordBatch } from "../record-batches.ts";

const LIMIT = 1_000;

describe("a broker's directory", () => {
  it("gives back whole batches, and cuts off what a process that was killed left behind", async () => {
    await using directory = await createWorkDirectory("broker");
    const file = join(directory.path, "logs", "topic-id", "0.log");
    {
      using store = openDirectoryStore(directory.path);
      const log = new PartitionLog(store.openLog("topic-id", 0));
      log.append(recordBatch({ count: 3 }), LIMIT);
      log.append(recordBatch({ count: 4 }), LIMIT);
      log.close();
    }
    const whole = (await stat(file)).size;
    await appendFile(file, recordBatch().subarray(0, 30));
    {
      using store = openDirectoryStore(directory.path);
      const log = new PartitionLog(store.openLog("topic-id", 0));
      expect(log.endOffset).toBe(7);
      expect((await stat(file)).size).toBe(whole);
      expect(log.append(recordBatch(), LIMIT).baseOffset).toBe(7);
      expect(log.read(7, LIMIT, true).readBigInt64BE(0)).toBe(7n);
      log.close();
    }
  });

  it("ends a log before a batch whose bytes were changed", async () => {
    await using directory = await createWorkDirectory("broker");
    const file = join(directory.path, "logs", "topic-id", "0.log");
    using store = openDirectoryStore(directory.path);
    const log = new PartitionLog(store.openLog("topic-id", 0));
    log.append(recordBatch(), LIMIT);
    log.append(recordBatch(), LIMIT);
    log.close();
    const bytes = await readFile(file);
    bytes[bytes.length - 1] = 0;
    await writeFile(file, bytes);
    expect(new PartitionLog(store.openLog("topic-id", 0)).endOffset).toBe(1);
  });

  it("remembers a producer's sequences", async () => {
    await using directory = await createWorkDirectory("broker");
    using store = openDirectoryStore(directory.path);
    const batch = recordBatch({ producerId: 9n, producerEpoch: 0, baseSequence: 0 });
    const log = new PartitionLog(store.openLog("topic-id", 0));
    log.append(batch, LIMIT);
    log.close();
    const again = new PartitionLog(store.openLog("topic-id", 0));
    expect(again.append(batch, LIMIT)).toEqual({ errorCode: 0, baseOffset: 0 });
    expect(again.endOffset).toBe(1);
  });

  it("is refused where a living process has it, and taken over from one that is gone", async () => {
    await using directory = await createWorkDirectory("broker");
    const lock = join(directory.path, "lock");
    await writeFile(lock, "1"); // always alive
    expect(() => openDirectoryStore(directory.path)).toThrow(
      expect.objectContaining({ code: "DIRECTORY_UNUSABLE" }) as Error,
    );
    await writeFile(lock, "999999999");
    using store = openDirectoryStore(directory.path);
    expect(store.loadRecord()).toBeUndefined();
    expect(await readFile(lock, "utf8")).toBe(String(process.pid));
  });

  it("is refused a second time in one process, until the first gives it back", async () => {
    await using directory = await createWorkDirectory("broker");
    const unusable = expect.objectContaining({ code: "DIRECTORY_UNUSABLE" }) as Error;
    {
      using first = openDirectoryStore(directory.path);
      expect(() => openDirectoryStore(join(directory.path, "."))).toThrow(unusable);
      first.saveOffsets({});
    }
    using second = openDirectoryStore(directory.path);
    expect(second.loadOffsets()).toEqual({});
  });

  it("has no logs of topics that its record does not know", async () => {
    await using directory = await createWorkDirectory("broker");
    using store = openDirectoryStore(directory.path);
    const topic = { name: "t", id: "ABEiM0RVZneImaq7zN3u_w", configs: {}, startOffsets: [0] };
    for (const id of [topic.id, "left-by-a-deletion"]) {
      const log = new PartitionLog(store.openLog(id, 0));
      log.append(recordBatch(), LIMIT);
      log.close();
    }
    store.saveRecord({ clusterId: "c", nextProducerId: 1, topics: [topic] });
    expect(store.loadRecord()?.topics).toEqual([topic]);
    expect(await readdir(join(directory.path, "logs"))).toEqual([topic.id]);
  });

  it.each([
    ["broker.json", "{}"],
    ["broker.json", '{"clusterId":"c","nextProducerId":1,"topics":[{"name":"t","id":"../up"}]}'],
    ["offsets.json", "[]"],
    ["offsets.json", '{"g":{"t":{"0":{"offset":"five"}}}}'],
  ])("is refused where %s is %s", async (name, text) => {
    await using directory = await createWorkDirectory("broker");
    await writeFile(join(directory.path, name), text);
    await expect(startDevBroker({ directory: directory.path })).rejects.toMatchObject({
      code: "DIRECTORY_UNUSABLE",
    });
  });

  it("is refused where its record is no JSON, or a file stands in its place", async () => {
    await using directory = await createWorkDirectory("broker");
    await writeFile(join(directory.path, "broker.json"), "{");
    using store = openDirectoryStore(directory.path);
    const unusable = expect.objectContaining({ code: "DIRECTORY_UNUSABLE" }) as Error;
    expect(() => store.loadRecord()).toThrow(unusable);
    expect(() => openDirectoryStore(join(directory.path, "broker.json"))).toThrow(unusable);
  });
});
