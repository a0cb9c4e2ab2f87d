import type { PlainColumn } from "./plain-column.ts";
import { isValidRow } from "./validity.ts";

/** The run that holds a row: the first `k` with `runEnds[k] > row`. */
export function runAt(runEnds: Int32Array, row: number): number {
  let low = 0;
  let high = runEnds.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runEnds[middle]! > row) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The run of each of the given rows; quick where rows ascend. */
export function runsOfRows(runEnds: Int32Array, rows: Int32Array): Int32Array {
  const runs = new Int32Array(rows.length);
  let run = 0;
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    const isSameRun = row < runEnds[run]! && (run === 0 || row >= runEnds[run - 1]!);
    if (!isSameRun) run = runAt(runEnds, row);
    runs[index] = run;
  }
  return runs;
}

/** How many rows are null where run `k` ends at `runEnds[k]` and has value `k`. */
export function countRunNulls(values: PlainColumn, runEnds: Int32Array): number {
  if (values.validity === undefined) return 0;
  let nullCount = 0;
  for (let run = 0, runStart = 0; run < runEnds.length; run++) {
    const runEnd = runEnds[run]!;
    if (!isValidRow(values.validity, run)) nullCount += runEnd - runStart;
    runStart = runEnd;
  }
  return nullCount;
}
