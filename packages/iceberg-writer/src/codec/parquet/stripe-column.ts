import { isBitSet, runAt, type Column, type FlatColumn, type PlainColumn } from "@salon/columns";
import type { NestedField, Type } from "../../spec/type.ts";

/**
 * The rows of a leaf of a nested column as Parquet stores them: levels for each value, each null
 * and each list without elements (Dremel, section 4.1; Parquet: Nested Encoding).
 */
export interface LeafStripe {
  /** The leaf's values, those of a dictionary or of runs once. */
  readonly values: PlainColumn;
  /** Whether positions repeat. */
  readonly sharesValues: boolean;
  /** Of each level in `values`; -1 where there is no value. */
  readonly positions: Int32Array;
  readonly repetitionLevels: Int32Array;
  readonly definitionLevels: Int32Array;
}

/** What of a node there is, one entry for each level; positions are in the node's own column. */
type Entries = Pick<LeafStripe, "positions" | "repetitionLevels" | "definitionLevels">;

/** The stripes of a column's leaves, in the order of the file's columns. */
export function stripeColumn(column: Column, field: NestedField): readonly LeafStripe[] {
  const { length } = column;
  const rows: Entries = {
    positions: Int32Array.from({ length }, (_, row) => row),
    repetitionLevels: new Int32Array(length),
    definitionLevels: new Int32Array(length),
  };
  return stripe(column, { type: field.type, isRequired: field.required, repeated: 0 }, rows);
}

interface Node {
  readonly type: Type;
  readonly isRequired: boolean;
  /** Lists and maps above. */
  readonly repeated: number;
}

function stripe(column: Column, node: Node, above: Entries): readonly LeafStripe[] {
  const { type, isRequired } = node;
  switch (column.layout) {
    case "struct": {
      if (type.kind !== "struct") throw new TypeError(`a struct column of a ${type.kind}`);
      const entries = isRequired ? above : defined(column.validity, above);
      return type.fields.flatMap((field, index) =>
        stripe(
          column.children[index]!,
          { ...node, type: field.type, isRequired: field.required },
          entries,
        ),
      );
    }
    case "list": {
      if (type.kind !== "list") throw new TypeError(`a list column of a ${type.kind}`);
      const lists = isRequired ? above : defined(column.validity, above);
      const repeated = node.repeated + 1;
      const elements = repeat(column.offsets, lists, repeated);
      const { element, elementRequired } = type;
      return stripe(
        column.element,
        { type: element, isRequired: elementRequired, repeated },
        elements,
      );
    }
    case "map": {
      if (type.kind !== "map") throw new TypeError(`a map column of a ${type.kind}`);
      const maps = isRequired ? above : defined(column.validity, above);
      const repeated = node.repeated + 1;
      const entries = repeat(column.offsets, maps, repeated);
      const { key, value, valueRequired } = type;
      return [
        ...stripe(column.keys, { type: key, isRequired: true, repeated }, entries),
        ...stripe(column.values, { type: value, isRequired: valueRequired, repeated }, entries),
      ];
    }
    default:
      return [leafStripe(column, isRequired, above)];
  }
}

function leafStripe(column: FlatColumn, isRequired: boolean, above: Entries): LeafStripe {
  switch (column.layout) {
    case "dictionary": {
      const entries = isRequired ? above : defined(column.validity, above);
      const positions = mapPositions(entries.positions, (row) => column.indices[row]!);
      return { ...entries, positions, values: column.dictionary, sharesValues: true };
    }
    case "run-end-encoded": {
      const { runEnds, values } = column;
      const positions = mapPositions(above.positions, (row) => runAt(runEnds, row));
      const runs = { ...above, positions };
      const entries = isRequired ? runs : defined(values.validity, runs);
      return { ...entries, values, sharesValues: true };
    }
    case "boolean":
    case "primitive":
    case "fixed-size-binary":
    case "variable-size-binary": {
      const entries = isRequired ? above : defined(column.validity, above);
      return { ...entries, values: column, sharesValues: false };
    }
    default:
      return column satisfies never;
  }
}

/** An optional node: one definition level more for what is not null, nothing else goes on. */
function defined(validity: Uint8Array | undefined, above: Entries): Entries {
  const positions = above.positions.slice();
  const definitionLevels = above.definitionLevels.slice();
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i]!;
    if (position < 0) continue;
    if (validity === undefined || isBitSet(validity, position)) definitionLevels[i]!++;
    else positions[i] = -1;
  }
  return { ...above, positions, definitionLevels };
}

/**
 * A repeated node: one definition level more for each of its items, which repeat at `level` from
 * the second on; a row without items keeps its one entry.
 */
function repeat(offsets: Int32Array, above: Entries, level: number): Entries {
  const count = countItems(offsets, above.positions);
  const positions = new Int32Array(count);
  const repetitionLevels = new Int32Array(count);
  const definitionLevels = new Int32Array(count);
  let at = 0;
  for (let i = 0; i < above.positions.length; i++) {
    const row = above.positions[i]!;
    const start = row < 0 ? 0 : offsets[row]!;
    const end = row < 0 ? 0 : offsets[row + 1]!;
    repetitionLevels[at] = above.repetitionLevels[i]!;
    if (start === end) {
      positions[at] = -1;
      definitionLevels[at++] = above.definitionLevels[i]!;
      continue;
    }
    for (let item = start; item < end; item++, at++) {
      if (item > start) repetitionLevels[at] = level;
      positions[at] = item;
      definitionLevels[at] = above.definitionLevels[i]! + 1;
    }
  }
  return { positions, repetitionLevels, definitionLevels };
}

function countItems(offsets: Int32Array, positions: Int32Array): number {
  let count = 0;
  for (let i = 0; i < positions.length; i++) {
    const row = positions[i]!;
    count += row < 0 ? 1 : Math.max(1, offsets[row + 1]! - offsets[row]!);
  }
  return count;
}

function mapPositions(positions: Int32Array, map: (position: number) => number): Int32Array {
  return positions.map((position) => (position < 0 ? -1 : map(position)));
}
