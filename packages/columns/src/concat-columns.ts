import { describeColumnType, isSameColumnType } from "./column-type.ts";
import {
  isFlatColumn,
  type Column,
  type DictionaryColumn,
  type ListColumn,
  type MapColumn,
  type NestedColumn,
  type RunEndEncodedColumn,
  type VariableBinaryColumn,
} from "./column.ts";
import type { PlainColumn } from "./plain-column.ts";
import { concatPrimitiveValues } from "./primitive-values.ts";
import { sliceColumn } from "./slice-column.ts";
import { toPlainColumn } from "./to-plain-column.ts";
import { copyBits, createBitmap } from "./validity.ts";

/**
 * All rows of columns of one type, one behind the other. Dictionary columns stay one, their
 * dictionaries joined (a dictionary that they share is kept once) so that entries may repeat; runs
 * stay runs; columns of different layouts become a plain one; the parts of nested columns likewise.
 * TypeError where there is no column or types differ, RangeError where the bytes outgrow 32-bit
 * offsets.
 */
export function concatColumns(columns: readonly Column[]): Column {
  const [first, ...others] = columns;
  if (first === undefined) throw new TypeError("no columns to join");
  for (const { type } of others) {
    if (!isSameColumnType(type, first.type)) {
      const types = `${describeColumnType(first.type)} and ${describeColumnType(type)}`;
      throw new TypeError(`columns of different types: ${types}`);
    }
  }
  if (others.length === 0) return first;
  if (columns.every((column) => column.layout === "dictionary")) return concatDictionaries(columns);
  if (columns.every((column) => column.layout === "run-end-encoded")) return concatRuns(columns);
  const flat = columns.filter(isFlatColumn);
  if (flat.length > 0) return concatPlain(flat.map(toPlainColumn));
  return concatNested(columns.filter((column) => !isFlatColumn(column)));
}

/** One nested type has one layout, so each filter keeps all columns or none. */
function concatNested(columns: readonly NestedColumn[]): NestedColumn {
  const base = joinedBase(columns);
  const structs = columns.filter((column) => column.layout === "struct");
  const [struct] = structs;
  if (struct !== undefined) {
    const children = struct.children.map((_, index) =>
      concatColumns(structs.map((column) => column.children[index]!)),
    );
    return { ...struct, ...base, children };
  }
  const lists = columns.filter((column) => column.layout === "list");
  const [list] = lists;
  if (list !== undefined) {
    const element = concatColumns(lists.map((column) => usedItems(column, column.element)));
    return { ...list, ...base, offsets: joinOffsets(lists), element };
  }
  const maps = columns.filter((column) => column.layout === "map");
  const keys = concatColumns(maps.map((column) => usedItems(column, column.keys)));
  const values = concatColumns(maps.map((column) => usedItems(column, column.values)));
  return { ...maps[0]!, ...base, offsets: joinOffsets(maps), keys, values };
}

function usedItems({ offsets, length }: ListColumn | MapColumn, items: Column): Column {
  return sliceColumn(items, offsets[0]!, offsets[length]!);
}

/**
 * As `concatColumns`, of one or more columns of which it is known that they are plain, of one type.
 */
function concatPlain<Plain extends PlainColumn>(columns: readonly Plain[]): Plain {
  return { ...columns[0]!, ...joinedBase(columns), ...joinedValues(columns) };
}

interface JoinedBase {
  readonly length: number;
  readonly nullCount: number;
  readonly validity: Uint8Array | undefined;
}

type WithValidity = Exclude<Column, RunEndEncodedColumn>;

function joinedBase(columns: readonly WithValidity[]): JoinedBase {
  const length = columns.reduce((sum, column) => sum + column.length, 0);
  const nullCount = columns.reduce((sum, column) => sum + column.nullCount, 0);
  if (nullCount === 0) return { length, nullCount, validity: undefined };
  const bitmaps = columns.map(
    (column) => column.validity ?? createBitmap(column.length, column.nullCount === 0 ? 1 : 0),
  );
  return { length, nullCount, validity: joinBitmaps(bitmaps, columns) };
}

function joinBitmaps(
  bitmaps: readonly Uint8Array[],
  columns: readonly { readonly length: number }[],
): Uint8Array {
  const target = createBitmap(columns.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const [index, source] of bitmaps.entries()) {
    const end = columns[index]!.length;
    copyBits({ source, start: 0, end, target, at });
    at += end;
  }
  return target;
}

function joinedValues(columns: readonly PlainColumn[]): object {
  // One type has one plain layout, so each filter keeps all columns or none.
  const booleans = columns.filter((column) => column.layout === "boolean");
  if (booleans.length > 0) {
    const bitmaps = booleans.map(({ values }) => values);
    return { values: joinBitmaps(bitmaps, booleans) };
  }
  const primitives = columns.filter((column) => column.layout === "primitive");
  if (primitives.length > 0) {
    return { values: concatPrimitiveValues(primitives.map(({ values }) => values)) };
  }
  const fixed = columns.filter((column) => column.layout === "fixed-size-binary");
  if (fixed.length > 0) {
    const used = fixed.map(({ data, length, byteWidth }) => data.subarray(0, length * byteWidth));
    return { data: joinBytes(used) };
  }
  return joinVariableSize(columns.filter((column) => column.layout === "variable-size-binary"));
}

function joinVariableSize(columns: readonly VariableBinaryColumn[]): {
  offsets: Int32Array;
  data: Uint8Array;
} {
  const offsets = joinOffsets(columns);
  const data = joinBytes(
    columns.map((column) => column.data.subarray(column.offsets[0], column.offsets[column.length])),
  );
  return { offsets, data };
}

interface WithOffsets {
  readonly length: number;
  readonly offsets: Int32Array;
}

/** The offsets of what the columns hold, one behind the other, from 0 on. */
function joinOffsets(columns: readonly WithOffsets[]): Int32Array {
  const end = columns.reduce((sum, { offsets, length }) => sum + offsets[length]! - offsets[0]!, 0);
  if (end > 0x7fff_ffff) throw new RangeError(`${end} bytes or items do not fit 32-bit offsets`);
  const offsets = new Int32Array(columns.reduce((sum, { length }) => sum + length, 0) + 1);
  let row = 0;
  for (const column of columns) {
    const shift = offsets[row]! - column.offsets[0]!;
    for (let index = 1; index <= column.length; index++) {
      offsets[++row] = column.offsets[index]! + shift;
    }
  }
  return offsets;
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const target = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    target.set(part, at);
    at += part.length;
  }
  return target;
}

function concatDictionaries(columns: readonly DictionaryColumn[]): DictionaryColumn {
  const [first] = columns;
  const isOneDictionary = columns.every(({ dictionaryId }) => dictionaryId === first!.dictionaryId);
  if (first!.dictionaryId !== undefined && isOneDictionary) return concatIndices(columns);
  const dictionaries = [...new Set(columns.map(({ dictionary }) => dictionary))];
  const shifts = new Map<DictionaryColumn["dictionary"], number>();
  let entryCount = 0;
  for (const dictionary of dictionaries) {
    shifts.set(dictionary, entryCount);
    entryCount += dictionary.length;
  }
  const base = joinedBase(columns);
  const indices = new Int32Array(base.length);
  let at = 0;
  for (const column of columns) {
    const shift = shifts.get(column.dictionary)!;
    for (let row = 0; row < column.length; row++) indices[at + row] = column.indices[row]! + shift;
    at += column.length;
  }
  const dictionary = concatPlain(dictionaries);
  return { ...first!, ...base, indices, dictionary, dictionaryId: undefined };
}

/** The longest dictionary has the entries of all. */
function concatIndices(columns: readonly DictionaryColumn[]): DictionaryColumn {
  const base = joinedBase(columns);
  const indices = new Int32Array(base.length);
  let at = 0;
  for (const column of columns) {
    indices.set(column.indices.subarray(0, column.length), at);
    at += column.length;
  }
  const longest = columns.reduce((left, right) =>
    right.dictionary.length > left.dictionary.length ? right : left,
  );
  return { ...longest, ...base, indices };
}

function concatRuns(columns: readonly RunEndEncodedColumn[]): RunEndEncodedColumn {
  const runEnds = new Int32Array(columns.reduce((sum, { runEnds }) => sum + runEnds.length, 0));
  let length = 0;
  let run = 0;
  for (const column of columns) {
    for (const runEnd of column.runEnds) runEnds[run++] = length + runEnd;
    length += column.length;
  }
  const nullCount = columns.reduce((sum, column) => sum + column.nullCount, 0);
  const values = concatPlain(columns.map((column) => column.values));
  return { type: values.type, layout: "run-end-encoded", length, nullCount, runEnds, values };
}
