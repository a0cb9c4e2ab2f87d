import type { ColumnBuilder } from "./column-builder.ts";
import { describeColumnType, type StructColumnType } from "./column-type.ts";
import { isStructValue } from "./column-value.ts";
import type { Column, StructColumn } from "./column.ts";
import { NullRows } from "./null-rows.ts";

/**
 * Builds a struct column from objects: a field that an object lacks is null, one that the type
 * lacks is a TypeError. `children` has the builder of each field.
 */
export function createStructBuilder(
  type: StructColumnType,
  children: readonly ColumnBuilder<Column>[],
): ColumnBuilder<StructColumn> {
  const names = new Set(type.fields.map(({ name }) => name));
  const nulls = new NullRows();
  let length = 0;

  const truncate = (rowCount: number): void => {
    length = Math.min(length, rowCount);
    nulls.truncate(length);
    for (const child of children) child.truncate(length);
  };

  return {
    type,
    get length() {
      return length;
    },
    append(value) {
      if (!isStructValue(value)) {
        throw new TypeError(`${describeColumnType(type)} takes no ${typeof value}`);
      }
      const unknown = Object.keys(value).find((name) => !names.has(name));
      if (unknown !== undefined) {
        throw new TypeError(`${describeColumnType(type)} has no field ${unknown}`);
      }
      try {
        for (const [index, { name }] of type.fields.entries()) {
          const part = Object.hasOwn(value, name) ? (value[name] ?? null) : null;
          if (part === null) children[index]!.appendNull();
          else children[index]!.append(part);
        }
        length++;
      } catch (cause) {
        truncate(length);
        throw cause;
      }
    },
    appendNull() {
      for (const child of children) child.appendNull();
      nulls.add(length++);
    },
    truncate,
    finish() {
      const built = children.map((child) => child.finish());
      const column = { type, layout: "struct", length, children: built } as const;
      const nullRows = nulls.finish(length);
      length = 0;
      return { ...column, ...nullRows };
    },
  };
}
