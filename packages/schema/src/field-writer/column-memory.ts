/** The memory that a column of each batch is written to: a new array, or the last one again. */
export class ColumnMemory<Values extends { readonly length: number }> {
  private readonly create: (length: number) => Values;
  private readonly isLent: boolean;
  private last: Values | undefined;

  /** Where columns are lent, the next one is written to the same array, if it is long enough. */
  constructor(create: (length: number) => Values, isLent: boolean) {
    this.create = create;
    this.isLent = isLent;
  }

  /** Place for at least `length` values, with whatever stands there. */
  take(length: number): Values {
    if (this.last !== undefined && this.last.length >= length) return this.last;
    const values = this.create(length);
    if (this.isLent) this.last = values;
    return values;
  }
}
