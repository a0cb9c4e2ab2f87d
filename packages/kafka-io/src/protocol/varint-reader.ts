/** Reads zigzag varints off a buffer; callers check `position` against their own end. */
export class VarintReader {
  position: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  /** A varint of 32 bits; the fifth byte's surplus bits are dropped. */
  readInt32(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.position++] as number;
    let value = byte & 0x7f;
    for (let shift = 7; byte >= 0x80 && shift < 35; shift += 7) {
      byte = bytes[this.position++] as number;
      value |= (byte & 0x7f) << shift;
    }
    return (value >>> 1) ^ -(value & 1);
  }

  /** A varint of 64 bits as a double: exact up to 2^53, which timestamps stay below. */
  readInt64(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.position++] as number;
    let value = byte & 0x7f;
    let scale = 128;
    for (let i = 1; byte >= 0x80 && i < 10; i++) {
      byte = bytes[this.position++] as number;
      value += (byte & 0x7f) * scale;
      scale *= 128;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
