/** Sizes are whole numbers of it, so that what one chunk had fits the next. */
const STEP_BYTES = 1024 * 1024;

/** Of one spare memory: a single record may be large. */
const SPARE_BYTES_MAX = 16 * STEP_BYTES;

/**
 * Memory that went to other threads and came back. Without it each chunk takes new memory, which
 * the garbage collectors of two threads have to find.
 */
export class SpareMemory {
  readonly #spare: ArrayBuffer[] = [];
  readonly #countMax: number;

  constructor({ countMax }: { readonly countMax: number }) {
    this.#countMax = countMax;
  }

  /** A copy of bytes, alone in its memory, which may be longer. */
  copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const index = this.#spare.findIndex(({ byteLength }) => byteLength >= bytes.length);
    const [memory = newMemory(bytes.length)] = index < 0 ? [] : this.#spare.splice(index, 1);
    const copy = new Uint8Array(memory, 0, bytes.length);
    copy.set(bytes);
    return copy;
  }

  giveBack(memory: ArrayBuffer): void {
    if (memory.byteLength > SPARE_BYTES_MAX) return;
    // The one that came first goes: what is short for today's chunks must not stay for ever.
    if (this.#spare.push(memory) > this.#countMax) this.#spare.shift();
  }
}

function newMemory(byteLength: number): ArrayBuffer {
  const size = Math.ceil(byteLength / STEP_BYTES) * STEP_BYTES;
  return Buffer.allocUnsafeSlow(size).buffer;
}
