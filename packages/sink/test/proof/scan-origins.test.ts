import {
  columnFromValues,
  constantColumn,
  createVariableBinaryBuilder,
  trustedColumnBatch,
} from "@salon/columns";
import type { Column } from "@salon/columns";
import { describe, expect, it } from "vitest";
import { originsOf } from "../../src/proof/scan-origins.ts";

const texts = ["a", "a", "b", null, "ab", "", "b", "a"];

/** The texts one by one, as a file without a dictionary has them. */
function plain(): Column {
  const builder = createVariableBinaryBuilder("utf8", texts.length);
  for (const text of texts) {
    if (text === null) builder.appendNull();
    else builder.append(text);
  }
  return builder.finish();
}

function dictionary(): Column {
  const entries = ["a", "b", "ab", ""];
  const builder = createVariableBinaryBuilder("utf8", entries.length);
  for (const entry of entries) builder.append(entry);
  const entryColumn = builder.finish();
  if (entryColumn.layout !== "variable-size-binary") throw new Error(entryColumn.layout);
  return {
    type: { kind: "utf8" },
    layout: "dictionary",
    length: texts.length,
    nullCount: 1,
    validity: Uint8Array.of(0b1111_0111),
    indices: Int32Array.from(texts, (text) => Math.max(0, entries.indexOf(text ?? ""))),
    dictionary: entryColumn,
  };
}

describe("originsOf", () => {
  it.each([
    ["plain", plain()],
    ["dictionary", dictionary()],
  ])("reads topics of a %s column, partitions and offsets of any width", (_, topics) => {
    const length = texts.length;
    const batch = trustedColumnBatch(
      ["_kafka_topic", "_kafka_partition", "_kafka_offset"],
      [
        topics,
        columnFromValues({ kind: "int64" }, [0n, 1n, null, 3n, 4n, 5n, 6n, 7n]),
        constantColumn({ kind: "int64" }, 2n ** 40n, length),
      ],
    );
    const origins = originsOf(batch);
    const rows = Array.from({ length }, (_, row) => row);
    expect(rows.map(origins.topicAt)).toEqual(texts.map((text) => text ?? undefined));
    expect(rows.map(origins.partitionAt)).toEqual([0, 1, undefined, 3, 4, 5, 6, 7]);
    expect(origins.offsetAt(3)).toBe(2 ** 40);
  });
});
