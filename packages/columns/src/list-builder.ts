import type { ColumnBuilder } from "./column-builder.ts";
import { describeColumnType, type ListColumnType } from "./column-type.ts";
import { isListValue } from "./column-value.ts";
import type { Column, ListColumn } from "./column.ts";
import { ItemOffsets } from "./item-offsets.ts";

/** Builds a list column from arrays, its elements by `element`. */
export function createListBuilder(
  type: ListColumnType,
  element: ColumnBuilder<Column>,
): ColumnBuilder<ListColumn> {
  const rows = new ItemOffsets();
  return {
    type,
    get length() {
      return rows.rowCount;
    },
    append(value) {
      if (!isListValue(value)) {
        throw new TypeError(`${describeColumnType(type)} takes no ${typeof value}`);
      }
      try {
        for (const item of value) {
          if (item === null) element.appendNull();
          else element.append(item);
        }
        rows.add(element.length);
      } catch (cause) {
        element.truncate(rows.itemCount);
        throw cause;
      }
    },
    appendNull() {
      rows.addNull();
    },
    truncate(rowCount) {
      rows.truncate(rowCount);
      element.truncate(rows.itemCount);
    },
    finish() {
      return { type, layout: "list", element: element.finish(), ...rows.finish() };
    },
  };
}
