import { describe, expect, test } from "vitest";
import { murmur2, partitionOfKey } from "../../src/sink/partitioner.ts";

/** From Kafka's own tests of its Java client (UtilsTest). */
const VECTORS: [string, number][] = [
  ["21", -973_932_308],
  ["foobar", -790_332_482],
  ["a-little-bit-long-string", -985_981_536],
  ["a-little-bit-longer-string", -1_486_304_829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971],
  ["abc", 479_470_107],
];

describe("murmur2", () => {
  test.each(VECTORS)("of %s", (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });
});

describe("partitionOfKey", () => {
  test.each(VECTORS)("of %s is the positive hash modulo the count", (text, hash) => {
    // Java: toPositive(number) = number & 0x7fffffff
    const positive = Number(BigInt.asUintN(31, BigInt(hash)));
    expect(partitionOfKey(Buffer.from(text), 7)).toBe(positive % 7);
  });
});
