import { concatColumns, gatherColumn, isFlatColumn } from "@salon/columns";
import type { Column, FlatColumn } from "@salon/columns";
import { boundsOf, countNans } from "../../src/codec/parquet/column-bounds.ts";
import type { ColumnChunk } from "../../src/codec/parquet/column-chunk.ts";
import { columnSource } from "../../src/codec/parquet/column-source.ts";
import type { RowSelection } from "../../src/codec/parquet/column-source.ts";
import { DefinitionLevels } from "../../src/codec/parquet/definition-levels.ts";
import type {
  EncodedRowGroup,
  ParquetEncoderOptions,
} from "../../src/codec/parquet/parquet-encoder.ts";
import { leavesOf, parquetNodeOf } from "../../src/codec/parquet/parquet-schema.ts";
import type { ParquetLeaf } from "../../src/codec/parquet/parquet-schema.ts";
import { isPrimitiveType } from "../../src/spec/type.ts";
import type { NestedField, PrimitiveType } from "../../src/spec/type.ts";
import { HANDLE_LENGTH } from "./handles.ts";
import { columnHandles, footerHandles } from "./parquet-columns.ts";
import type { KeptRowGroup } from "./parquet-columns.ts";

export type { EncodedRowGroup, ParquetEncoderOptions };

const HEADER = new TextEncoder().encode("PAR1");
/** About the bytes that a value takes. */
const VALUE_BYTES = 8;

/** Handles in the place of columns and footer; what describes the columns is what it always is. */
export class ParquetEncoder {
  readonly leaves: readonly ParquetLeaf[];
  readonly #fields: readonly NestedField[];
  readonly #leavesOfField: readonly (readonly ParquetLeaf[])[];
  readonly #parts: readonly Column[][];
  readonly #rowGroups: KeptRowGroup[] = [];
  #offset = 0;
  #rowCount = 0;

  constructor({ fields }: ParquetEncoderOptions) {
    this.#fields = fields;
    this.#leavesOfField = fields.map((field) => leavesOf(parquetNodeOf(field)));
    this.leaves = this.#leavesOfField.flat();
    this.#parts = fields.map(() => []);
  }

  get openRowCount(): number {
    return this.#rowCount;
  }

  get offset(): number {
    return this.#offset;
  }

  get bufferedBytes(): number {
    return this.#rowCount * this.leaves.length * VALUE_BYTES;
  }

  get estimatedBytes(): number {
    return this.bufferedBytes;
  }

  header(): Uint8Array {
    this.#offset = HEADER.length;
    return HEADER.slice();
  }

  /** Keeps a copy: the column's memory may be lent. */
  appendColumn(index: number, column: Column, selection?: RowSelection): void {
    const rows = selection ?? Int32Array.from({ length: column.length }, (_, row) => row);
    this.#parts[index]!.push(gatherColumn(column, rows));
  }

  endRows(rowCount: number): void {
    this.#rowCount += rowCount;
  }

  finishRowGroup(): EncodedRowGroup {
    const offset = this.#offset;
    const columns = this.#parts.map((parts) => concatColumns(parts.splice(0)));
    const parts = columns.map((column) => columnHandles.encode(column));
    const chunks = columns.flatMap((column, index) =>
      chunksOf(column, this.#fields[index]!, this.#leavesOfField[index]!),
    );
    this.#rowGroups.push({ offset, rowCount: this.#rowCount });
    this.#rowCount = 0;
    this.#offset += parts.length * HANDLE_LENGTH;
    return { offset, parts, chunks, chunkSizes: chunks.map(() => HANDLE_LENGTH) };
  }

  footer(): Uint8Array {
    const fieldIds = this.#fields.map(({ id }) => id);
    this.#offset += HANDLE_LENGTH;
    return footerHandles.encode({ fieldIds, rowGroups: this.#rowGroups });
  }
}

/** Of leaves in lists and maps nothing but their size is ever recorded. */
function chunksOf(
  column: Column,
  { type }: NestedField,
  leaves: readonly ParquetLeaf[],
): readonly ColumnChunk[] {
  if (isFlatColumn(column) && isPrimitiveType(type)) return [flatChunk(column, type)];
  return leaves.map(() => chunk({ valueCount: 0, nullCount: 0, nanCount: 0 }));
}

function flatChunk(column: FlatColumn, type: PrimitiveType): ColumnChunk {
  const { length } = column;
  const source = columnSource(column, type);
  const positions = new Int32Array(length);
  const levels = new DefinitionLevels();
  const count = source.select(0, length, positions, levels);
  const bounds = boundsOf(type, source.values, count, positions);
  return chunk({
    valueCount: length,
    nullCount: levels.nullCount,
    nanCount: countNans(type, source.values, positions, count),
    ...(bounds && { bounds }),
  });
}

function chunk(
  counts: Omit<ColumnChunk, "dataPages" | "dictionaryEncodedPageCount" | "valueEncoding">,
): ColumnChunk {
  return { dataPages: [], dictionaryEncodedPageCount: 0, valueEncoding: "PLAIN", ...counts };
}
