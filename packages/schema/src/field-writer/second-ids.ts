const DAYS_MAX = 8;
const DAY_SECONDS = 86_400;
/** Far below the largest 32-bit number: a batch cannot have this many rows more. */
const ID_MAX = 1 << 30;

/**
 * Ids of the seconds that a batch has, in the order in which they are first seen, by a table for
 * each day. Tables outlive the batch without being cleared: an id below the batch's first is old.
 */
export class SecondIds {
  /** Id + 1 by second of the day. */
  private readonly tables = new Map<number, Int32Array>();
  private lastDay = Number.NaN;
  private lastTable: Int32Array = new Int32Array(0);
  private firstId = 0;
  /** Distinct seconds of the batch so far. */
  count = 0;

  begin(): void {
    this.firstId += this.count;
    this.count = 0;
    if (this.firstId < ID_MAX && this.tables.size < DAYS_MAX) return;
    this.tables.clear();
    this.lastDay = Number.NaN;
    this.firstId = 0;
  }

  /**
   * The id of a second: `count` as it was where it is new; -1 where the batch has too many days.
   */
  idOf(epochDay: number, secondOfDay: number): number {
    if (epochDay !== this.lastDay && !this.selectDay(epochDay)) return -1;
    const known = this.lastTable[secondOfDay]! - 1 - this.firstId;
    if (known >= 0) return known;
    this.lastTable[secondOfDay] = this.firstId + this.count + 1;
    return this.count++;
  }

  private selectDay(epochDay: number): boolean {
    let table = this.tables.get(epochDay);
    if (table === undefined) {
      if (this.tables.size === DAYS_MAX) return false;
      table = new Int32Array(DAY_SECONDS);
      this.tables.set(epochDay, table);
    }
    this.lastDay = epochDay;
    this.lastTable = table;
    return true;
  }
}
