import { describe, expect, it } from "vitest";
import { type BatchStorage, createMemoryStorage } from "../../src/log/batch-storage.ts";
import { type BrokerStore, createMemoryStore } from "../../src/log/broker-store.ts";
import { Topics } from "../../src/log/topics.ts";
import { recordBatch } from "../record-batches.ts";

const LIMIT = 1_000;
const FULL = new Error("no space left on device");

/** A store that has so many files, and tells which of them are open. */
function storeOf(files: number): { readonly store: BrokerStore; readonly open: Set<BatchStorage> } {
  const open = new Set<BatchStorage>();
  const openLog = (): BatchStorage => {
    if (open.size === files) throw new Error("too many open files");
    const storage = createMemoryStorage();
    const close = (): void => void open.delete(counted);
    const counted: BatchStorage = { ...storage, close };
    open.add(counted);
    return counted;
  };
  return { store: { ...createMemoryStore(), openLog }, open };
}

describe("topics", () => {
  it("are not created, and hold no files, where there are too few of those", () => {
    const { store, open } = storeOf(5);
    const topics = new Topics(store, [], () => undefined);
    topics.create("t", 3);
    expect(() => topics.create("wide", 3)).toThrow("too many open files");
    expect(() => topics.grow(topics.all[0] ?? topics.create("u", 1), 6)).toThrow("too many");
    expect(open.size).toBe(3);
    expect(topics.all.map(({ name, partitions }) => [name, partitions.length])).toEqual([["t", 3]]);
    topics.create("narrow", 2);
  });

  it("stay as they are where a change cannot be recorded, for a restart would undo it", () => {
    const { store, open } = storeOf(10);
    let isFull = false;
    const topics = new Topics(store, [], () => {
      if (isFull) throw FULL;
    });
    const topic = topics.create("t", 2);
    isFull = true;
    expect(() => topics.create("u", 2)).toThrow(FULL);
    expect(() => topics.grow(topic, 3)).toThrow(FULL);
    expect(() => topics.delete(topic)).toThrow(FULL);
    expect(topics.all).toEqual([topic]);
    expect(open.size).toBe(2);
    expect(topics.partition("t", 0)?.append(recordBatch(), LIMIT).errorCode).toBe(0);
  });
});
