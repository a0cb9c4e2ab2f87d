/**
 * Reads Kafka's primitive types off a buffer, front to back (Kafka protocol: Protocol Primitive
 * Types). Reading past the end throws RangeError.
 */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Bytes that are not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  readInt8(): number {
    return this.#bytes.readInt8(this.#advance(1));
  }

  readInt16(): number {
    return this.#bytes.readInt16BE(this.#advance(2));
  }

  readInt32(): number {
    return this.#bytes.readInt32BE(this.#advance(4));
  }

  readInt64(): bigint {
    return this.#bytes.readBigInt64BE(this.#advance(8));
  }

  /** A string of the fixed protocol: int16 length; null is read as undefined. */
  readString(): string | undefined {
    const length = this.readInt16();
    if (length < 0) return undefined;
    const start = this.#advance(length);
    return this.#bytes.toString("utf8", start, start + length);
  }

  /** Bytes with an int32 length, as a view; null is read as empty. */
  readBytes(): Buffer {
    return this.readFixed(Math.max(0, this.readInt32()));
  }

  /** An array with an int32 count; null is read as empty. */
  readArray<T>(readElement: () => T): T[] {
    const count = this.#checkedCount(this.readInt32());
    const elements: T[] = [];
    for (let i = 0; i < count; i++) elements.push(readElement());
    return elements;
  }

  readFixed(size: number): Buffer {
    const start = this.#advance(size);
    return this.#bytes.subarray(start, start + size);
  }

  readUnsignedVarint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = this.#bytes.readUInt8(this.#advance(1));
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new RangeError("a varint is longer than five bytes");
  }

  /** A string of the flexible protocol: its length plus one as a varint; null is undefined. */
  readCompactString(): string | undefined {
    const length = this.readUnsignedVarint() - 1;
    return length < 0 ? undefined : this.readFixed(length).toString("utf8");
  }

  /** An array of the flexible protocol; null is read as empty. */
  readCompactArray<T>(readElement: () => T): T[] {
    const count = this.#checkedCount(this.readUnsignedVarint() - 1);
    const elements: T[] = [];
    for (let i = 0; i < count; i++) elements.push(readElement());
    return elements;
  }

  /** What newer versions add to a structure of the flexible protocol (KIP-482). */
  skipTaggedFields(): void {
    const count = this.readUnsignedVarint();
    for (let i = 0; i < count; i++) {
      this.readUnsignedVarint(); // tag
      this.#advance(this.readUnsignedVarint());
    }
  }

  /** No element is shorter than a byte, so that a count cannot ask for more than there is. */
  #checkedCount(count: number): number {
    if (count <= this.remaining) return count;
    throw new RangeError(`${count} elements in ${this.remaining} bytes`);
  }

  #advance(size: number): number {
    const start = this.#at;
    if (size < 0 || start + size > this.#bytes.length) {
      throw new RangeError(`${size} bytes wanted at ${start} of ${this.#bytes.length}`);
    }
    this.#at = start + size;
    return start;
  }
}
