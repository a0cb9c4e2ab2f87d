/** Runs what it is given one after the other, in the order given. */
export class SerialCalls {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as `call` does; a rejection does not keep the next one from running. */
  run<T>(call: () => Promise<T>): Promise<T> {
    const result = this.#last.then(call);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
