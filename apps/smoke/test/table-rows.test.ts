import { describe, expect, it } from "vitest";
import { smokeRatings } from "../src/smoke-rating.ts";
import { differenceOf, type TableRow } from "../src/table-rows.ts";

const placed = smokeRatings("a1", new Date(2025, 0, 5, 9, 3, 7)).map((rating, index) => ({
  rating,
  partition: index,
  offset: 10 + index,
}));

/** The row that the sink makes of a rating. */
function rowOf(index: number, other: TableRow = {}): TableRow {
  const { timestamp: _, ...values } = placed[index]!.rating;
  return {
    ...values,
    _kafka_topic: "ratings",
    _kafka_partition: index,
    _kafka_offset: BigInt(10 + index),
    ...other,
  };
}

describe("smokeRatings", () => {
  it("are of the local time, and marked", () => {
    expect(placed.map(({ rating }) => rating.timestamp)).toEqual(
      Array(3).fill("2025-01-05T09:03:07"),
    );
    expect(placed[1]?.rating.comment).toBe("smoke test a1, 2 of 3");
  });
});

describe("differenceOf", () => {
  it("finds none in rows as they were sent, nor in those that are still to come", () => {
    expect(differenceOf([rowOf(0), rowOf(1), rowOf(2)], placed, "ratings")).toBeUndefined();
    expect(differenceOf([rowOf(2)], placed, "ratings")).toBeUndefined();
  });

  it.each([
    ["a row that is there twice", [rowOf(0), rowOf(0)], "is in the table 2 times"],
    ["another value", [rowOf(1, { rating_value: 4 })], "rating_value of partition 1, offset 11"],
    ["a value that is gone", [rowOf(1, { branch_id: null })], "is null, and 2 was sent"],
    ["another offset", [rowOf(2, { _kafka_offset: 13n })], "_kafka_offset of partition 2"],
    ["another topic", [rowOf(0, { _kafka_topic: "x" })], "_kafka_topic"],
  ])("finds %s", (_, rows, message) => {
    expect(differenceOf(rows, placed, "ratings")).toContain(message);
  });
});
