import { ByteWriter } from "hyparquet-writer";

/** A sorted dictionary may be larger: what is seldom is not held. */
const HELD_BYTES_MAX = 1024 * 1024;

/**
 * Memory for bytes that are compressed at once, which copies them: V8 collects its whole heap when
 * memory outside of it grows, and each page would be new memory.
 */
export class ScratchWriter {
  readonly #held = new ByteWriter(0);

  /** An empty writer with room for so many bytes, which are valid until the next call. */
  begin(byteLength: number): ByteWriter {
    if (byteLength > HELD_BYTES_MAX) return new ByteWriter(byteLength);
    this.#held.index = 0;
    this.#held.offset = 0;
    this.#held.ensure(byteLength);
    return this.#held;
  }
}
