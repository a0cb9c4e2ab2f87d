import { describe, expect, it } from "vitest";
import { GroupOffsets } from "../../src/group/group-offsets.ts";
import { createMemoryStore } from "../../src/log/broker-store.ts";

const COMMITTED = { offset: 5n, leaderEpoch: -1, metadata: undefined };

describe("committed offsets", () => {
  it.each(["g", "constructor", "__proto__"])("are those that group %s has committed", (name) => {
    const offsets = new GroupOffsets(createMemoryStore());
    // "name" is a string of every constructor, and has a first letter.
    for (const topic of ["name", "constructor", "__proto__"]) {
      expect(offsets.fetch(name, topic, 0)).toBeUndefined();
    }
    offsets.commit(name, [{ topic: name, partition: 0, ...COMMITTED }]);
    expect(offsets.fetch(name, name, 0)).toEqual(COMMITTED);
    expect(offsets.partitionsOf(name)).toEqual(new Map([[name, [0]]]));
    offsets.forgetTopic(name);
    expect(offsets.fetch(name, name, 0)).toBeUndefined();
  });

  it.each([2n ** 53n + 1n, 2n ** 63n - 1n])("are exact: %s", (offset) => {
    const offsets = new GroupOffsets(createMemoryStore());
    offsets.commit("g", [{ topic: "t", partition: 0, ...COMMITTED, offset }]);
    expect(offsets.fetch("g", "t", 0)).toEqual({ ...COMMITTED, offset });
  });

  it("are read where an offset was written as a number", () => {
    const written = { g: { t: { "0": { ...COMMITTED, offset: 7 } } } };
    const offsets = new GroupOffsets({ ...createMemoryStore(), loadOffsets: () => written });
    expect(offsets.fetch("g", "t", 0)).toEqual({ ...COMMITTED, offset: 7n });
  });
});
