const MEBIBYTE = 1024 * 1024;
/** Less is not worth keeping. */
const LARGE_BYTES = MEBIBYTE / 4;
/** One answer is being read, another being looked at, and one waits. */
const SPARES_MAX = 3;

const owners = new WeakMap<ArrayBufferLike, AnswerMemory>();

/**
 * Memory for the answers of a broker. That of large ones is used again once it is given back: made
 * anew for each, it would keep the garbage collector busy.
 */
export class AnswerMemory {
  #spares: ArrayBufferLike[] = [];

  /** Memory of `byteLength` bytes or more, with anything in it. */
  take(byteLength: number): ArrayBufferLike {
    if (byteLength < LARGE_BYTES) {
      // Little comes: what was kept for more is not needed.
      this.#spares = [];
      return Buffer.allocUnsafeSlow(byteLength).buffer;
    }
    const at = this.#spares.findIndex((spare) => spare.byteLength >= byteLength);
    const [spare] = at < 0 ? [] : this.#spares.splice(at, 1);
    if (spare !== undefined) return spare;
    const memory = Buffer.allocUnsafeSlow(Math.ceil(byteLength / MEBIBYTE) * MEBIBYTE).buffer;
    owners.set(memory, this);
    return memory;
  }

  /** Keeps memory that nobody looks at any more. */
  giveBack(memory: ArrayBufferLike): void {
    this.#spares.push(memory);
    if (this.#spares.length > SPARES_MAX) this.#spares.shift();
  }
}

/**
 * Gives the memory of an answer back to where it is from. Nothing may look at the answer any more;
 * without effect on memory that has no owner.
 */
export function giveBackMemory(memory: ArrayBufferLike): void {
  owners.get(memory)?.giveBack(memory);
}
