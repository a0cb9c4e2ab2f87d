const INITIAL_CAPACITY = 256;

/** Writes Kafka's primitive types (Kafka protocol: Protocol Primitive Types). Chainable. */
export class ByteWriter {
  #bytes: Buffer = Buffer.allocUnsafe(INITIAL_CAPACITY);
  #length = 0;

  writeInt8(value: number): this {
    const at = this.#advance(1);
    this.#bytes.writeInt8(value, at);
    return this;
  }

  writeInt16(value: number): this {
    const at = this.#advance(2);
    this.#bytes.writeInt16BE(value, at);
    return this;
  }

  writeInt32(value: number): this {
    const at = this.#advance(4);
    this.#bytes.writeInt32BE(value, at);
    return this;
  }

  writeInt64(value: bigint): this {
    const at = this.#advance(8);
    this.#bytes.writeBigInt64BE(value, at);
    return this;
  }

  /** A string of the fixed protocol: int16 length. */
  writeString(value: string): this {
    const bytes = Buffer.from(value, "utf8");
    return this.writeInt16(bytes.length).writeFixed(bytes);
  }

  /** Bytes with an int32 length. */
  writeBytes(value: Uint8Array): this {
    return this.writeInt32(value.length).writeFixed(value);
  }

  /** Bytes without their length. */
  writeFixed(value: Uint8Array): this {
    const at = this.#advance(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** An array with an int32 count. */
  writeArray<T>(values: readonly T[], write: (writer: this, value: T) => void): this {
    this.writeInt32(values.length);
    for (const value of values) write(this, value);
    return this;
  }

  /** Below 2^31, as lengths are. */
  writeUnsignedVarint(value: number): this {
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.#writeByte((rest & 0x7f) | 0x80);
    return this.#writeByte(rest);
  }

  /** A string of the flexible protocol (KIP-482): its length plus one as a varint. */
  writeCompactString(value: string): this {
    const bytes = Buffer.from(value, "utf8");
    return this.writeUnsignedVarint(bytes.length + 1).writeFixed(bytes);
  }

  /** What was written, as a view that the next write may leave behind. */
  toBuffer(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #writeByte(value: number): this {
    const at = this.#advance(1);
    this.#bytes[at] = value;
    return this;
  }

  #advance(size: number): number {
    const start = this.#length;
    this.#length += size;
    if (this.#length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length));
      this.#bytes.copy(grown, 0, 0, start);
      this.#bytes = grown;
    }
    return start;
  }
}
