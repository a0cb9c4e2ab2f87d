import type { ColumnBuilder } from "./column-builder.ts";
import { describeColumnType, type MapColumnType } from "./column-type.ts";
import { isListValue, type ColumnValue } from "./column-value.ts";
import type { Column, MapColumn } from "./column.ts";
import { ItemOffsets } from "./item-offsets.ts";

/** Builds a map column from arrays of `[key, value]` pairs; a TypeError for a key that is null. */
export function createMapBuilder(
  type: MapColumnType,
  keys: ColumnBuilder<Column>,
  values: ColumnBuilder<Column>,
): ColumnBuilder<MapColumn> {
  const rows = new ItemOffsets();

  const truncateItems = (): void => {
    keys.truncate(rows.itemCount);
    values.truncate(rows.itemCount);
  };

  const appendEntry = (entry: ColumnValue | null): void => {
    if (!isListValue(entry) || entry.length !== 2) {
      throw new TypeError(`${describeColumnType(type)} takes pairs of a key and a value`);
    }
    const [key = null, value = null] = entry;
    if (key === null) throw new TypeError(`${describeColumnType(type)} takes no null key`);
    keys.append(key);
    if (value === null) values.appendNull();
    else values.append(value);
  };

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
        for (const entry of value) appendEntry(entry);
        rows.add(keys.length);
      } catch (cause) {
        truncateItems();
        throw cause;
      }
    },
    appendNull() {
      rows.addNull();
    },
    truncate(rowCount) {
      rows.truncate(rowCount);
      truncateItems();
    },
    finish() {
      const [keyColumn, valueColumn] = [keys.finish(), values.finish()];
      return { type, layout: "map", keys: keyColumn, values: valueColumn, ...rows.finish() };
    },
  };
}
