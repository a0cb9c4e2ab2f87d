import { describeColumnType, isSameColumnType, plainLayoutOf } from "./column-type.ts";
import type { ColumnType } from "./column-type.ts";
import type {
  Column,
  DictionaryColumn,
  FlatColumn,
  MapColumn,
  RunEndEncodedColumn,
  StructColumn,
} from "./column.ts";
import { createPrimitiveValues } from "./primitive-values.ts";
import { countRunNulls } from "./run-ends.ts";
import { countNulls } from "./validity.ts";

/**
 * Checks that a column's parts fit its type, its layout and each other, as Arrow demands. TypeError
 * for parts of the wrong kind, RangeError for parts of the wrong size; neither is meant to be
 * caught.
 */
export function checkColumn(column: Column): void {
  checkBase(column);
  switch (column.layout) {
    case "boolean":
      checkLayout(column);
      checkSize("values", column.values, (column.length + 7) >> 3);
      return;
    case "primitive":
      checkLayout(column);
      if (column.values.constructor !== createPrimitiveValues(column.type, 0).constructor) {
        throw new TypeError(
          `${describeColumnType(column.type)} in a ${column.values.constructor.name}`,
        );
      }
      checkSize("values", column.values, column.length);
      return;
    case "fixed-size-binary":
      checkLayout(column);
      checkSize("data", column.data, column.length * column.byteWidth);
      return;
    case "variable-size-binary":
      checkLayout(column);
      checkOffsets(column.offsets, column.length, column.data.length);
      return;
    case "dictionary":
      checkDictionary(column);
      return;
    case "run-end-encoded":
      checkRuns(column);
      return;
    case "struct":
      checkStruct(column);
      return;
    case "list":
      checkOffsets(column.offsets, column.length, column.element.length);
      checkChild("elements", column.type.element, column.element);
      return;
    case "map":
      checkMap(column);
      return;
    default:
      column satisfies never;
  }
}

function checkBase(column: Column): void {
  const { length, nullCount } = column;
  if (!Number.isInteger(length) || length < 0) throw new RangeError(`a column of ${length} rows`);
  if (column.layout === "run-end-encoded") return;
  if (column.validity !== undefined) checkSize("validity", column.validity, (length + 7) >> 3);
  const counted = countNulls(column.validity, length);
  if (counted !== nullCount) throw new RangeError(`nullCount ${nullCount} of ${counted} null rows`);
}

function checkLayout({ type, layout }: FlatColumn): void {
  if (layout !== plainLayoutOf(type)) {
    throw new TypeError(`${describeColumnType(type)} in layout ${layout}`);
  }
}

function checkSize(part: string, array: { readonly length: number }, least: number): void {
  if (array.length < least) throw new RangeError(`${array.length} ${part} where ${least} are due`);
}

function checkOffsets(offsets: Int32Array, length: number, limit: number): void {
  checkSize("offsets", offsets, length + 1);
  let previous = 0;
  for (let row = 0; row <= length; row++) {
    const offset = offsets[row]!;
    if (offset < previous) throw new RangeError(`offset ${offset} behind ${previous}`);
    previous = offset;
  }
  if (previous > limit) throw new RangeError(`offset ${previous} where ${limit} is the end`);
}

function checkDictionary(column: DictionaryColumn): void {
  const { type, dictionary, indices, validity, length } = column;
  if (!isSameColumnType(type, dictionary.type)) {
    throw new TypeError(
      `${describeColumnType(type)} with a dictionary of ${describeColumnType(dictionary.type)}`,
    );
  }
  checkColumn(dictionary);
  if (dictionary.nullCount !== 0) throw new RangeError("a dictionary with a null entry");
  checkSize("indices", indices, length);
  for (let row = 0; row < length; row++) {
    const isInDictionary = indices[row]! >>> 0 < dictionary.length;
    if (isInDictionary) continue;
    const isNull = validity !== undefined && (validity[row >> 3]! & (1 << (row & 7))) === 0;
    if (!isNull) {
      throw new RangeError(`index ${indices[row]} of a dictionary of ${dictionary.length}`);
    }
  }
}

function checkRuns({ type, runEnds, values, length, nullCount }: RunEndEncodedColumn): void {
  if (!isSameColumnType(type, values.type)) {
    throw new TypeError(
      `${describeColumnType(type)} with runs of ${describeColumnType(values.type)}`,
    );
  }
  checkColumn(values);
  if (values.length !== runEnds.length) {
    throw new RangeError(`${runEnds.length} run ends for ${values.length} values`);
  }
  let previous = 0;
  for (const runEnd of runEnds) {
    if (runEnd <= previous) throw new RangeError(`run end ${runEnd} behind ${previous}`);
    previous = runEnd;
  }
  if (previous !== length) throw new RangeError(`runs to ${previous} of ${length} rows`);
  const counted = countRunNulls(values, runEnds);
  if (counted !== nullCount) throw new RangeError(`nullCount ${nullCount} of ${counted} null rows`);
}

function checkStruct({ type, children, length }: StructColumn): void {
  const names = type.fields.map(({ name }) => name);
  if (children.length !== names.length || new Set(names).size !== names.length) {
    throw new TypeError(`${describeColumnType(type)} with ${children.length} children`);
  }
  for (const [index, field] of type.fields.entries()) {
    const child = children[index]!;
    checkChild(`field ${field.name}`, field.type, child);
    if (child.length !== length) {
      throw new RangeError(`field ${field.name} has ${child.length} rows, the struct ${length}`);
    }
  }
}

function checkMap({ type, offsets, keys, values, length }: MapColumn): void {
  checkOffsets(offsets, length, Math.min(keys.length, values.length));
  checkChild("keys", type.key, keys);
  checkChild("values", type.value, values);
  if (keys.nullCount > 0) throw new RangeError("a map with a null key");
}

function checkChild(part: string, type: ColumnType, child: Column): void {
  if (!isSameColumnType(type, child.type)) {
    throw new TypeError(`${part} of ${describeColumnType(type)} in a column of another type`);
  }
  checkColumn(child);
}
