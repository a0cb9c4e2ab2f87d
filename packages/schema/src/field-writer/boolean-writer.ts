import { createBitmap, NullRows, setBit, type Column } from "@salon/columns";
import type { JsonProblem } from "../json-record.ts";
import type { FieldWriter } from "./field-writer.ts";
import { wrongType } from "./number-writer.ts";

/** Writes `boolean` fields: a byte a row until the end, so that a row can be written again. */
export class BooleanWriter implements FieldWriter {
  /** 1 is true; written to by generated code too. */
  values: Uint8Array = new Uint8Array(0);
  private readonly nulls = new NullRows();

  begin(rowsMax: number): void {
    this.values = new Uint8Array(rowsMax);
  }

  writeNull(row: number): void {
    this.values[row] = 0;
    this.nulls.add(row);
  }

  writeJson(row: number, value: unknown): JsonProblem | undefined {
    if (typeof value !== "boolean") return wrongType(value, "boolean");
    this.values[row] = value ? 1 : 0;
    return undefined;
  }

  truncate(rowCount: number): void {
    this.nulls.truncate(rowCount);
  }

  finish(rowCount: number): Column {
    const values = createBitmap(rowCount);
    for (let row = 0; row < rowCount; row++) if (this.values[row] === 1) setBit(values, row);
    this.values = new Uint8Array(0);
    const nullRows = this.nulls.finish(rowCount);
    return { type: { kind: "boolean" }, layout: "boolean", length: rowCount, ...nullRows, values };
  }
}
