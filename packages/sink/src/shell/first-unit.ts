/**
 * Lets the first unit go alone: what is read while it is on its way into the table would take the
 * processor from it, and whoever has just started a sink waits for that unit.
 */
export class FirstUnit {
  readonly #tried = Promise.withResolvers<void>();
  #isUnderWay = false;

  /** The first unit is closed, and goes into the table now. */
  begin(): void {
    this.#isUnderWay = true;
  }

  /** It was tried, whatever came of it; or nothing will come of it any more. */
  end(): void {
    this.#tried.resolve();
  }

  /** What reading has to wait for; undefined before the unit goes. */
  get underWay(): Promise<void> | undefined {
    return this.#isUnderWay ? this.#tried.promise : undefined;
  }
}
