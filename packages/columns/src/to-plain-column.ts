import type { DictionaryColumn, FlatColumn } from "./column.ts";
import { gatherPlainColumn } from "./gather-column.ts";
import { plainNullColumn, type PlainColumn } from "./plain-column.ts";
import { isBitSet } from "./validity.ts";

/** The same rows one by one: dictionaries and runs are written out, a plain column is itself. */
export function toPlainColumn(column: FlatColumn): PlainColumn {
  switch (column.layout) {
    case "dictionary":
      return writeOutDictionary(column);
    case "run-end-encoded":
      return gatherPlainColumn(column.values, rowRuns(column.runEnds, column.length));
    case "boolean":
    case "primitive":
    case "fixed-size-binary":
    case "variable-size-binary":
      return column;
    default:
      return column satisfies never;
  }
}

function writeOutDictionary(column: DictionaryColumn): PlainColumn {
  const { type, length, nullCount, validity } = column;
  if (nullCount === length) return plainNullColumn(type, length);
  const indices = validity === undefined ? column.indices : withoutNullIndices(column, validity);
  return { ...gatherPlainColumn(column.dictionary, indices), type, nullCount, validity };
}

/** An index of a null row may be anything; entry 0 is there whenever one row is not null. */
function withoutNullIndices({ indices }: DictionaryColumn, validity: Uint8Array): Int32Array {
  return indices.map((index, row) => (isBitSet(validity, row) ? index : 0));
}

function rowRuns(runEnds: Int32Array, length: number): Int32Array {
  const runs = new Int32Array(length);
  for (let run = 1; run < runEnds.length; run++) runs.fill(run, runEnds[run - 1], runEnds[run]);
  return runs;
}
