import { isSameColumnType } from "@salon/columns";
import { columnTypeOf } from "../../src/codec/column-type.ts";
import { IcebergError } from "../../src/iceberg-error.ts";
import type { FileIo, OperationOptions } from "../../src/io/file-io.ts";
import type { FileRowRange, ParquetFile } from "../../src/scan/parquet-file.ts";
import { HANDLE_LENGTH } from "./handles.ts";
import { columnHandles, footerHandles } from "./parquet-columns.ts";

export type { FileRowRange, ParquetFile };

/** Reads as often as from a small file that is whole: once, for the footer's sake. */
export async function openParquetFile(
  fileIo: FileIo,
  location: string,
  byteLength: number,
  options: OperationOptions = {},
): Promise<ParquetFile> {
  const bytes = await fileIo.readRange(location, 0, byteLength, options);
  const handleAt = (start: number): Uint8Array => bytes.subarray(start, start + HANDLE_LENGTH);
  const { fieldIds, rowGroups } = footerHandles.decode(handleAt(byteLength - HANDLE_LENGTH));
  let rowCount = 0;
  const ranges = rowGroups.map((group) => {
    const rowStart = rowCount;
    rowCount += group.rowCount;
    return { rowStart, rowEnd: rowCount };
  });
  return {
    rowCount,
    ranges,
    readColumn: async (fieldId, type, { rowStart }) => {
      const index = fieldIds.indexOf(fieldId);
      const group = rowGroups[ranges.findIndex((range) => range.rowStart === rowStart)];
      if (index === -1 || group === undefined) return undefined;
      const column = columnHandles.decode(handleAt(group.offset + index * HANDLE_LENGTH));
      if (isSameColumnType(column.type, columnTypeOf(type))) return column;
      throw new IcebergError("UNSUPPORTED", `the column ${fieldId} of ${location} was promoted`);
    },
  };
}
