import { NullRows, type Column } from "@salon/columns";
import { describeJson, type JsonProblem } from "../json-record.ts";
import type { LocalDateTimeScanner } from "../local-date-time-scanner.ts";
import { parseLocalDateTime } from "../local-date-time.ts";
import { ColumnMemory } from "./column-memory.ts";
import type { FieldWriter } from "./field-writer.ts";
import { wrongType } from "./number-writer.ts";
import { PlainText } from "./plain-text.ts";
import { SECOND_TEXT_LENGTH, SecondDictionary } from "./second-dictionary.ts";

/**
 * How many batches are written without a dictionary after one that it did not suit, unless it had
 * suited as many before: days go by.
 */
const PLAIN_BATCHES = 64;

/** The texts of a day are 1.6 MB, which the few rows of a quiet topic are not worth. */
const DICTIONARY_ROWS_MIN = 256;

const textEncoder = new TextEncoder();

/**
 * Writes `local-date-time` fields as the text that they are: by a dictionary of seconds that lasts
 * from batch to batch while they are whole and of few days, else as bytes one behind the other.
 */
export class DateTimeTextWriter implements FieldWriter {
  private readonly scanner: LocalDateTimeScanner;
  private seconds = new SecondDictionary();
  private ids: Int32Array = new Int32Array(0);
  private readonly idMemory: ColumnMemory<Int32Array>;
  private isDictionary = true;
  private dictionaryBatches = 0;
  /** All rows, where there is no dictionary. */
  private readonly text: PlainText;
  private readonly nulls = new NullRows();
  private rowsMax = 0;
  private plainBatchesLeft = 0;
  private readonly scratch = new Uint8Array(32);

  constructor(scanner: LocalDateTimeScanner, lendsColumns: boolean) {
    this.scanner = scanner;
    this.text = new PlainText(lendsColumns);
    this.idMemory = new ColumnMemory((length) => new Int32Array(length), lendsColumns);
  }

  begin(rowsMax: number): void {
    this.rowsMax = rowsMax;
    const isWorthDays = rowsMax >= DICTIONARY_ROWS_MIN || !this.seconds.isEmpty;
    this.isDictionary = isWorthDays && this.plainBatchesLeft === 0;
    this.plainBatchesLeft = Math.max(0, this.plainBatchesLeft - 1);
    if (!this.isDictionary) {
      this.text.begin(rowsMax);
      return;
    }
    this.dictionaryBatches++;
    this.ids = this.idMemory.take(rowsMax);
  }

  /** As `TextWriter.read`. */
  read(bytes: Uint8Array, view: DataView, at: number, end: number, row: number): number {
    const { scanner } = this;
    const close = scanner.scan(bytes, view, at, end);
    if (close < 0) return 0;
    if (this.isDictionary && close - at === SECOND_TEXT_LENGTH) {
      const id = this.seconds.idOf(scanner.epochDay, scanner.secondOfDay);
      if (id >= 0) {
        this.ids[row] = id;
        return close + 1;
      }
    }
    if (this.isDictionary) this.giveUpDictionary(row);
    this.text.writeWords(row, view, at, close);
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
    const isWhole = this.isDictionary && written === SECOND_TEXT_LENGTH;
    const id = isWhole ? this.seconds.idOf(parsed.epochDay, parsed.secondOfDay) : -1;
    if (id >= 0) {
      this.ids[row] = id;
      return undefined;
    }
    if (this.isDictionary) this.giveUpDictionary(row);
    this.text.write(row, this.scratch, 0, written);
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
      dictionary: this.seconds.toColumn(),
      dictionaryId: this.seconds.id,
    };
  }

  /** Writes out the rows so far. */
  private giveUpDictionary(rowCount: number): void {
    const { seconds, ids } = this;
    const text = new Uint8Array(SECOND_TEXT_LENGTH);
    this.text.begin(this.rowsMax);
    for (let row = 0; row < rowCount; row++) {
      // A null row has id 0, also where there is no text.
      this.text.write(row, text, 0, seconds.copyTo(ids[row]!, text));
    }
    this.isDictionary = false;
    this.plainBatchesLeft = this.dictionaryBatches > PLAIN_BATCHES ? 0 : PLAIN_BATCHES;
    this.dictionaryBatches = 0;
    this.seconds = new SecondDictionary();
    this.ids = new Int32Array(0);
  }
}

/** The problem of a string that is no local date-time. */
export function invalidDateTime(value: string): JsonProblem {
  const message = `${describeJson(value)} is no date-time YYYY-MM-DDTHH:MM:SS of the calendar`;
  return { code: "INVALID_TIMESTAMP", message };
}
