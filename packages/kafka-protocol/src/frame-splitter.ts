const LENGTH_SIZE = 4;

/** Cuts a stream of bytes into the messages of Kafka's protocol, each behind its int32 length. */
export class FrameSplitter {
  readonly #frameSizeMax: number;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(frameSizeMax: number) {
    this.#frameSizeMax = frameSizeMax;
  }

  /**
   * Takes the next bytes and gives the messages that are complete, without their lengths. A message
   * that came in one piece is a view of it.
   *
   * @throws RangeError for a length that is negative or above the limit: the stream is lost.
   */
  push(bytes: Buffer): readonly Buffer[] {
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    const frames: Buffer[] = [];
    for (;;) {
      const length = this.#nextLength();
      if (length === undefined || this.#size < LENGTH_SIZE + length) return frames;
      const joined = this.#joined();
      const end = LENGTH_SIZE + length;
      frames.push(joined.subarray(LENGTH_SIZE, end));
      this.#size -= end;
      // An empty rest would have the next message copied to join it.
      this.#chunks = this.#size === 0 ? [] : [joined.subarray(end)];
    }
  }

  #nextLength(): number | undefined {
    if (this.#size < LENGTH_SIZE) return undefined;
    const first = this.#chunks[0];
    const head = first !== undefined && first.length >= LENGTH_SIZE ? first : this.#joined();
    const length = head.readInt32BE(0);
    if (length >= 0 && length <= this.#frameSizeMax) return length;
    throw new RangeError(`a message of ${length} bytes, over ${this.#frameSizeMax}`);
  }

  #joined(): Buffer {
    const [first, ...others] = this.#chunks;
    const joined = first !== undefined && others.length === 0 ? first : Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
