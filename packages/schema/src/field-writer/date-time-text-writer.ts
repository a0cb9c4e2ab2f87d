import { NullRows, type Column } from "@salon/columns";
import { describeJson, type JsonProblem } from "../json-record.ts";
import type { LocalDateTimeScanner } from "../local-date-time-scanner.ts";
import { parseLocalDateTime } from "../local-date-time.ts";
import type { FieldWriter } from "./field-writer.ts";
import { wrongType } from "./number-writer.ts";
import { PlainText } from "./plain-text.ts";
import { SecondIds } from "./second-ids.ts";

/** Length of `YYYY-MM-DDTHH:MM:SS`. */
const WHOLE_SECOND_LENGTH = 19;
/** Rows after which it shows whether values repeat enough for a dictionary. */
const ROWS_BEFORE_VERDICT = 1024;
/** How many batches are written without a dictionary after one that had too many values. */
const PLAIN_BATCHES = 64;

const textEncoder = new TextEncoder();

/**
 * Writes `local-date-time` fields as the text that they are: by a dictionary of the batch's seconds
 * where at most half of the rows are distinct and none has a fraction, else as bytes one behind the
 * other.
 */
export class DateTimeTextWriter implements FieldWriter {
  private readonly scanner: LocalDateTimeScanner;
  private readonly secondIds = new SecondIds();
  private ids = new Int32Array(0);
  private isDictionary = true;
  /** The dictionary's entries, or all rows. */
  private readonly text = new PlainText();
  private readonly nulls = new NullRows();
  private rowsMax = 0;
  private plainBatchesLeft = 0;
  private readonly scratch = new Uint8Array(32);

  constructor(scanner: LocalDateTimeScanner) {
    this.scanner = scanner;
  }

  begin(rowsMax: number): void {
    this.rowsMax = rowsMax;
    this.isDictionary = this.plainBatchesLeft === 0;
    this.plainBatchesLeft = Math.max(0, this.plainBatchesLeft - 1);
    this.text.begin(rowsMax);
    if (!this.isDictionary) return;
    this.secondIds.begin();
    this.ids = new Int32Array(rowsMax);
  }

  /** As `TextWriter.read`. */
  read(bytes: Uint8Array, view: DataView, at: number, end: number, row: number): number {
    const { scanner } = this;
    const close = scanner.scan(bytes, view, at, end);
    if (close < 0) return 0;
    const id = this.idOf(row, close - at, scanner.epochDay, scanner.secondOfDay);
    if (id < 0) this.text.writeWords(row, view, at, close);
    else if (id === this.text.rowCount) this.text.writeWords(id, view, at, close);
    return close + 1;
  }

  writeNull(row: number): void {
    if (this.isDictionary) this.ids[row] = 0;
    else this.text.write(row, this.scratch, 0, 0);
    this.nulls.add(row);
  }

  writeJson(row: number, value: unknown): JsonProblem | undefined {
    if (typeof value !== "string") return wrongType(value, "local-date-time");
    const parsed = parseLocalDateTime(value);
    if (parsed === undefined) return invalidDateTime(value);
    const { written } = textEncoder.encodeInto(value, this.scratch);
    const id = this.idOf(row, written, parsed.epochDay, parsed.secondOfDay);
    if (id < 0) this.text.write(row, this.scratch, 0, written);
    else if (id === this.text.rowCount) this.text.write(id, this.scratch, 0, written);
    return undefined;
  }

  truncate(rowCount: number): void {
    this.nulls.truncate(rowCount);
  }

  finish(rowCount: number): Column {
    const nullRows = this.nulls.finish(rowCount);
    if (!this.isDictionary) return { ...this.text.finish(rowCount), ...nullRows };
    const indices = this.ids.subarray(0, rowCount);
    this.ids = new Int32Array(0);
    return {
      type: { kind: "utf8" },
      layout: "dictionary",
      length: rowCount,
      ...nullRows,
      indices,
      dictionary: this.text.finish(this.text.rowCount),
    };
  }

  /** The id that was stored for a row; -1 where its text is to be written as it is. */
  private idOf(row: number, length: number, epochDay: number, secondOfDay: number): number {
    if (!this.isDictionary) return -1;
    const isWorthwhile =
      length === WHOLE_SECOND_LENGTH &&
      (row < ROWS_BEFORE_VERDICT || this.secondIds.count * 2 <= row);
    const id = isWorthwhile ? this.secondIds.idOf(epochDay, secondOfDay) : -1;
    if (id < 0) this.giveUpDictionary(row);
    else this.ids[row] = id;
    return id;
  }

  private giveUpDictionary(rowCount: number): void {
    const entries = this.text.finish(this.text.rowCount);
    this.text.begin(this.rowsMax);
    for (let row = 0; row < rowCount; row++) {
      const entry = this.ids[row]!;
      // A null row has id 0, also where there is no entry.
      const start = entries.offsets[entry]!;
      this.text.write(row, entries.data, start, entries.offsets[entry + 1] ?? start);
    }
    this.isDictionary = false;
    this.ids = new Int32Array(0);
    this.plainBatchesLeft = PLAIN_BATCHES;
  }
}

/** The problem of a string that is no local date-time. */
export function invalidDateTime(value: string): JsonProblem {
  const message = `${describeJson(value)} is no date-time YYYY-MM-DDTHH:MM:SS of the calendar`;
  return { code: "INVALID_TIMESTAMP", message };
}
