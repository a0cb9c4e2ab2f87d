import type { VariableBinaryColumn } from "@salon/columns";

/** Days whose seconds it can have at once: each has a place by its number's last three bits. */
const DAYS_MAX = 8;
const NO_DAY = -0x8000_0000;
const DAY_SECONDS = 86_400;
/** Length of `YYYY-MM-DDTHH:MM:SS`. */
export const SECOND_TEXT_LENGTH = 19;
/** Texts are copied by words, which reach this much behind the last one. */
const SLACK = 1;
const ENTRIES_AT_FIRST = 1024;

/**
 * The texts of whole seconds of a few days, each once, in the order in which they are first seen.
 * It grows from batch to batch; when it has as many days as it can have, another takes its place.
 */
export class SecondDictionary {
  readonly id: symbol = Symbol("seconds");
  /** Distinct seconds so far. */
  count = 0;
  private dayCount = 0;
  private readonly days = new Int32Array(DAYS_MAX).fill(NO_DAY);
  /** Id + 1 by place of the day and second. */
  private readonly ids = new Int32Array(DAYS_MAX * DAY_SECONDS);
  private data = new Uint8Array(ENTRIES_AT_FIRST * SECOND_TEXT_LENGTH + SLACK);
  private view = new DataView(this.data.buffer);
  private offsets = evenOffsets(ENTRIES_AT_FIRST);
  private column: VariableBinaryColumn | undefined;

  /** Whether there is a place for no more days. */
  get isFull(): boolean {
    return this.dayCount === DAYS_MAX;
  }

  /**
   * The id of a second: `count` as it was where it is new, and its text has to be added next; -1
   * where another day has the place of its day.
   */
  idOf(epochDay: number, secondOfDay: number): number {
    const place = epochDay & (DAYS_MAX - 1);
    if (this.days[place] !== epochDay && !this.claim(place, epochDay)) return -1;
    const at = place * DAY_SECONDS + secondOfDay;
    const known = this.ids[at]! - 1;
    if (known >= 0) return known;
    this.ids[at] = this.count + 1;
    return this.count;
  }

  /** Adds the text of the second that is new; reads up to a byte behind its end. */
  addText(source: DataView, start: number): void {
    if (this.count === this.offsets.length - 1) this.grow();
    const at = this.count * SECOND_TEXT_LENGTH;
    for (let byte = 0; byte < SECOND_TEXT_LENGTH; byte += 4) {
      this.view.setInt32(at + byte, source.getInt32(start + byte, true), true);
    }
    this.count++;
  }

  /** All texts; the same column as long as none is added. Its bytes are never changed. */
  toColumn(): VariableBinaryColumn {
    const { count, offsets, data } = this;
    if (this.column?.length !== count) {
      this.column = {
        type: { kind: "utf8" },
        layout: "variable-size-binary",
        length: count,
        nullCount: 0,
        offsets: offsets.subarray(0, count + 1),
        data: data.subarray(0, count * SECOND_TEXT_LENGTH),
      };
    }
    return this.column;
  }

  private claim(place: number, epochDay: number): boolean {
    if (this.days[place] !== NO_DAY) return false;
    this.days[place] = epochDay;
    this.dayCount++;
    return true;
  }

  private grow(): void {
    const capacity = Math.min(2 * this.count, DAYS_MAX * DAY_SECONDS);
    const data = new Uint8Array(capacity * SECOND_TEXT_LENGTH + SLACK);
    data.set(this.data);
    this.data = data;
    this.view = new DataView(data.buffer);
    this.offsets = evenOffsets(capacity);
  }
}

function evenOffsets(length: number): Int32Array {
  const offsets = new Int32Array(length + 1);
  for (let index = 0; index <= length; index++) offsets[index] = index * SECOND_TEXT_LENGTH;
  return offsets;
}
