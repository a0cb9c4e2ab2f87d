import { NullRows, type Column } from "@salon/columns";
import type { JsonProblem } from "../json-record.ts";
import type { LocalDateTimeScanner } from "../local-date-time-scanner.ts";
import { parseLocalDateTime } from "../local-date-time.ts";
import type { TimeZone } from "../time-zone.ts";
import { ColumnMemory } from "./column-memory.ts";
import { invalidDateTime } from "./date-time-text-writer.ts";
import type { FieldWriter } from "./field-writer.ts";
import { wrongType } from "./number-writer.ts";

/** Writes `local-date-time` fields as microseconds: of the local date-time, or of its instant. */
export class TimestampWriter implements FieldWriter {
  private readonly scanner: LocalDateTimeScanner;
  private readonly timeZone: TimeZone | undefined;
  private values = new BigInt64Array(0);
  /** The same memory as `values`, low half first: a BigInt for each row would be an allocation. */
  private halves = new Int32Array(0);
  private readonly memory: ColumnMemory<BigInt64Array<ArrayBuffer>>;
  private readonly nulls = new NullRows();

  /** With a time zone the column holds instants. */
  constructor(
    scanner: LocalDateTimeScanner,
    timeZone: TimeZone | undefined,
    lendsColumns: boolean,
  ) {
    this.scanner = scanner;
    this.timeZone = timeZone;
    this.memory = new ColumnMemory((length) => new BigInt64Array(length), lendsColumns);
  }

  begin(rowsMax: number): void {
    this.values = this.memory.take(rowsMax);
    this.halves = new Int32Array(this.values.buffer);
  }

  /** As `TextWriter.read`. */
  read(bytes: Uint8Array, view: DataView, at: number, end: number, row: number): number {
    const { scanner } = this;
    const close = scanner.scan(bytes, view, at, end);
    if (close < 0) return 0;
    this.writeParts(row, scanner.epochDay, scanner.secondOfDay, scanner.microOfSecond);
    return close + 1;
  }

  writeNull(row: number): void {
    this.writeParts(row, 0, 0, 0);
    this.nulls.add(row);
  }

  writeJson(row: number, value: unknown): JsonProblem | undefined {
    if (typeof value !== "string") return wrongType(value, "local-date-time");
    const parsed = parseLocalDateTime(value);
    if (parsed === undefined) return invalidDateTime(value);
    this.writeParts(row, parsed.epochDay, parsed.secondOfDay, parsed.microOfSecond);
    return undefined;
  }

  truncate(rowCount: number): void {
    this.nulls.truncate(rowCount);
  }

  finish(rowCount: number): Column {
    const values = this.values.subarray(0, rowCount);
    this.begin(0);
    return {
      type: { kind: "timestamp", utc: this.timeZone !== undefined },
      layout: "primitive",
      length: rowCount,
      values,
      ...this.nulls.finish(rowCount),
    };
  }

  /**
   * Writes seconds x 10^6 + micros as 64 bits. The product can be beyond 2^53, so it is taken of
   * the seconds' upper part and lower 16 bits apart, and carried by hand.
   */
  private writeParts(row: number, epochDay: number, secondOfDay: number, micros: number): void {
    const second =
      this.timeZone?.instantOf(epochDay, secondOfDay) ?? epochDay * 86_400 + secondOfDay;
    const upper = Math.floor(second / 65_536);
    const low = (second - upper * 65_536) * 1_000_000 + micros;
    const carry = Math.floor(low / 65_536);
    const high = upper * 1_000_000 + carry;
    const highUpper = Math.floor(high / 65_536);
    this.halves[row * 2] = ((high - highUpper * 65_536) << 16) | (low - carry * 65_536);
    this.halves[row * 2 + 1] = highUpper;
  }
}
