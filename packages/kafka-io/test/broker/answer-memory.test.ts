import { expect, test } from "vitest";
import { AnswerMemory, giveBackMemory } from "../../src/broker/answer-memory.ts";

const LARGE = 1024 * 1024;

test("memory of large answers is used again when it is given back, for what it has room for", () => {
  const memory = new AnswerMemory();
  const first = memory.take(LARGE - 10);
  expect(first.byteLength).toBe(LARGE);
  const second = memory.take(LARGE);
  expect(second).not.toBe(first);
  giveBackMemory(first);
  const larger = memory.take(LARGE + 1);
  expect(larger.byteLength).toBe(2 * LARGE);
  expect(memory.take(LARGE)).toBe(first);
});

test("little is made anew, and lets go of what is kept for more", () => {
  const memory = new AnswerMemory();
  const large = memory.take(LARGE);
  giveBackMemory(large);
  expect(memory.take(100).byteLength).toBe(100);
  expect(memory.take(LARGE)).not.toBe(large);
});

test("each goes back to where it is from, and what is from elsewhere nowhere", () => {
  const [left, right] = [new AnswerMemory(), new AnswerMemory()];
  const memory = left.take(LARGE);
  giveBackMemory(memory);
  giveBackMemory(new ArrayBuffer(LARGE));
  expect(right.take(LARGE)).not.toBe(memory);
  expect(left.take(LARGE)).toBe(memory);
});
