/** Writes Kafka's primitive types (Kafka protocol: Protocol Primitive Types). Chainable. */
export class ByteWriter {
  #parts: Buffer[] = [];

  writeInt8(value: number): this {
    const part = Buffer.allocUnsafe(1);
    part.writeInt8(value);
    return this.#push(part);
  }

  writeInt16(value: number): this {
    const part = Buffer.allocUnsafe(2);
    part.writeInt16BE(value);
    return this.#push(part);
  }

  writeInt32(value: number): this {
    const part = Buffer.allocUnsafe(4);
    part.writeInt32BE(value);
    return this.#push(part);
  }

  writeInt64(value: bigint): this {
    const part = Buffer.allocUnsafe(8);
    part.writeBigInt64BE(value);
    return this.#push(part);
  }

  writeString(value: string): this {
    const bytes = Buffer.from(value, "utf8");
    return this.writeInt16(bytes.length).#push(bytes);
  }

  writeBytes(value: Buffer): this {
    return this.writeInt32(value.length).#push(value);
  }

  writeArray<T>(values: readonly T[], write: (writer: this, value: T) => void): this {
    this.writeInt32(values.length);
    for (const value of values) write(this, value);
    return this;
  }

  /** Below 2^31, as lengths are. */
  writeUnsignedVarint(value: number): this {
    const bytes: number[] = [];
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
    return this.#push(Buffer.from([...bytes, rest]));
  }

  /** A string of the flexible protocol (KIP-482). */
  writeCompactString(value: string): this {
    const bytes = Buffer.from(value, "utf8");
    return this.writeUnsignedVarint(bytes.length + 1).#push(bytes);
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #push(part: Buffer): this {
    this.#parts.push(part);
    return this;
  }
}
