/** Which record became which row: nothing is stored until the two differ. */
export class RecordIndexes {
  private readonly recordCount: number;
  private indexes: Int32Array | undefined;

  constructor(recordCount: number) {
    this.recordCount = recordCount;
  }

  /** Says that rows from `row` on are the `count` records from `record` on. */
  add(row: number, record: number, count: number): void {
    if (this.indexes === undefined) {
      if (row === record) return;
      this.indexes = new Int32Array(this.recordCount);
      for (let same = 0; same < row; same++) this.indexes[same] = same;
    }
    for (let next = 0; next < count; next++) this.indexes[row + next] = record + next;
  }

  /** Absent where every record became a row. */
  finish(rowCount: number): { recordIndexes?: Int32Array } {
    if (rowCount === this.recordCount) return {};
    return { recordIndexes: (this.indexes ?? sequence(rowCount)).subarray(0, rowCount) };
  }
}

/** Only the last records were rejected: the rows are the first ones. */
function sequence(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index);
}
