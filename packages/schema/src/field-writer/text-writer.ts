import { NullRows, type Column } from "@salon/columns";
import type { JsonProblem } from "../json-record.ts";
import { findPlainStringEnd } from "../scan-string.ts";
import { ColumnMemory } from "./column-memory.ts";
import type { FieldWriter } from "./field-writer.ts";
import { wrongType } from "./number-writer.ts";
import { PlainText } from "./plain-text.ts";
import { TextDictionary } from "./text-dictionary.ts";

/** How many batches are written without a dictionary after one that had too many values for it. */
const PLAIN_BATCHES = 64;

const textEncoder = new TextEncoder();

/**
 * Writes `string` fields: by a dictionary that lasts from batch to batch while values are few, as
 * bytes one behind the other while they are many.
 */
export class TextWriter implements FieldWriter {
  private ids: Int32Array = new Int32Array(0);
  private readonly idMemory: ColumnMemory<Int32Array>;
  private dictionary: TextDictionary | undefined = new TextDictionary();
  private readonly plain: PlainText;
  private readonly nulls = new NullRows();
  private rowsMax = 0;
  private plainBatchesLeft = 0;
  private scratch = new Uint8Array(256);

  constructor(lendsColumns: boolean) {
    this.plain = new PlainText(lendsColumns);
    this.idMemory = new ColumnMemory((length) => new Int32Array(length), lendsColumns);
  }

  begin(rowsMax: number): void {
    this.rowsMax = rowsMax;
    if (this.plainBatchesLeft > 0) this.plainBatchesLeft--;
    else this.dictionary ??= new TextDictionary();
    if (this.dictionary === undefined) this.plain.begin(rowsMax);
    else this.ids = this.idMemory.take(rowsMax);
  }

  /**
   * Reads the string whose first byte is at `at` into a row. Answers the index behind its closing
   * quote, or 0 where the general path has to look at it.
   */
  read(bytes: Uint8Array, view: DataView, at: number, end: number, row: number): number {
    const { dictionary } = this;
    if (dictionary !== undefined) {
      const entry = dictionary.find(view, at, end);
      if (entry >= 0) {
        this.ids[row] = entry;
        return at + dictionary.quotedLength(entry);
      }
    }
    const close = findPlainStringEnd(bytes, view, at, end);
    if (close < 0) return 0;
    if (dictionary === undefined) {
      this.plain.writeWords(row, view, at, close);
      return close + 1;
    }
    const entry = this.intern(row, bytes, at, close);
    if (entry >= 0) dictionary.guessNextTime(view, at, entry);
    return close + 1;
  }

  writeNull(row: number): void {
    if (this.dictionary === undefined) this.plain.write(row, this.scratch, 0, 0);
    else this.ids[row] = 0;
    this.nulls.add(row);
  }

  writeJson(row: number, value: unknown): JsonProblem | undefined {
    if (typeof value !== "string") return wrongType(value, "string");
    this.writeString(row, value);
    return undefined;
  }

  truncate(rowCount: number): void {
    this.nulls.truncate(rowCount);
  }

  finish(rowCount: number): Column {
    const nullRows = this.nulls.finish(rowCount);
    if (this.dictionary === undefined) return { ...this.plain.finish(rowCount), ...nullRows };
    const indices = this.ids.subarray(0, rowCount);
    this.ids = new Int32Array(0);
    return {
      type: { kind: "utf8" },
      layout: "dictionary",
      length: rowCount,
      ...nullRows,
      indices,
      dictionary: this.dictionary.toColumn(),
      dictionaryId: this.dictionary.id,
    };
  }

  /** Encodes a string; lone surrogates become U+FFFD. */
  private writeString(row: number, text: string): void {
    // A UTF-16 unit takes three bytes at most.
    if (text.length * 3 > this.scratch.length) this.scratch = new Uint8Array(text.length * 3);
    const { written } = textEncoder.encodeInto(text, this.scratch);
    if (this.dictionary === undefined) this.plain.write(row, this.scratch, 0, written);
    else this.intern(row, this.scratch, 0, written);
  }

  /** The entry that was stored for a row; -1 where its bytes were written as they are. */
  private intern(row: number, bytes: Uint8Array, start: number, end: number): number {
    const entry = this.dictionary?.intern(bytes, start, end) ?? -1;
    if (entry >= 0) {
      this.ids[row] = entry;
      return entry;
    }
    this.giveUpDictionary(row);
    this.plain.write(row, bytes, start, end);
    return -1;
  }

  /** Writes out the rows so far: the dictionary has no room for the next one's value. */
  private giveUpDictionary(rowCount: number): void {
    const { dictionary, ids } = this;
    if (dictionary === undefined) return;
    this.plain.begin(this.rowsMax);
    const entries = dictionary.toColumn();
    for (let row = 0; row < rowCount; row++) {
      // The id of a null row names no entry where there is none at all.
      const entry = Math.min(ids[row]!, entries.length - 1);
      this.plain.write(row, entries.data, entries.offsets[entry] ?? 0, entries.offsets[entry + 1]!);
    }
    this.dictionary = undefined;
    this.ids = new Int32Array(0);
    this.plainBatchesLeft = PLAIN_BATCHES;
  }
}
