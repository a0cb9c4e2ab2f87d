import type { PrimitiveType } from "../../spec/type.ts";
import type { LeafSource } from "./column-source.ts";
import type { NestedLevels } from "./nested-levels.ts";
import { physicalVector } from "./physical-vector.ts";
import type { LeafStripe } from "./stripe-column.ts";

/** Views a leaf of a nested column for encoding. */
export function nestedSource(stripe: LeafStripe, type: PrimitiveType): LeafSource<NestedLevels> {
  const { positions: all, repetitionLevels, values, sharesValues } = stripe;
  const { length } = all;
  return {
    length,
    values: physicalVector(values, type),
    sharesValues,
    sliceEnd: (start, rowsMax, levelsMax) =>
      endOfRows(repetitionLevels, start, rowsMax, Math.min(start + levelsMax, length)),
    isRowStart: (at) => at === length || repetitionLevels[at] === 0,
    select: (start, end, positions, levels) => {
      let count = 0;
      for (let i = start; i < end; i++) {
        if (all[i]! >= 0) positions[count++] = all[i]!;
      }
      levels.append(stripe, start, end, count);
      return count;
    },
  };
}

/**
 * The end of as many whole rows as there are up to `limit`, `rowsMax` of them at most, behind the
 * rest of the row that is open at `start`; of a row that is longer than that, a part.
 */
function endOfRows(levels: Int32Array, start: number, rowsMax: number, limit: number): number {
  let rowCount = 0;
  let lastEnd = start;
  for (let at = start; at < limit; at++) {
    if (levels[at] !== 0) continue;
    lastEnd = at;
    if (rowCount++ === rowsMax) return at;
  }
  const isRowEnd = limit === levels.length || levels[limit] === 0;
  return isRowEnd || lastEnd === start ? limit : lastEnd;
}
