import { describe, expect, it } from "vitest";
import { GroupOffsets } from "../../src/group/group-offsets.ts";
import { createMemoryStore } from "../../src/log/broker-store.ts";

const COMMITTED = { offset: 5, leaderEpoch: -1, metadata: undefined };

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
});
