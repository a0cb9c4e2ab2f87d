import { IcebergError } from "../../iceberg-error.ts";

/** A cursor over bytes in Avro's binary forms; `METADATA_INVALID` where they end too early. */
export class AvroReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    // Views of a Buffer would be Buffers, which compare and print otherwise.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  /**
   * How many values follow; none that Iceberg has is shorter than a byte, so that a count cannot
   * ask for more than there is.
   */
  checkCount(count: number): number {
    const remaining = this.#bytes.length - this.#position;
    if (count >= 0 && count <= remaining) return count;
    throw new IcebergError(
      "METADATA_INVALID",
      `an Avro file has ${count} values in ${remaining} bytes`,
    );
  }

  readBoolean(): boolean {
    return this.#readByte() !== 0;
  }

  /** An int, or a length: what a double holds exactly. */
  readInt(): number {
    const value = Number(this.readLong());
    if (Number.isSafeInteger(value)) return value;
    throw new IcebergError("METADATA_INVALID", `Avro integer ${value} is too large here`);
  }

  readLong(): bigint {
    // Seven groups of seven bits are exact in a double; nearly all values end within them.
    let low = 0;
    let scale = 1;
    for (let group = 0; group < 7; group++) {
      const byte = this.#readByte();
      low += (byte & 0x7f) * scale;
      if (byte < 0x80) return BigInt(low % 2 === 0 ? low / 2 : -(low + 1) / 2);
      scale *= 128;
    }
    let value = BigInt(low);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#readByte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        const bits = BigInt.asUintN(64, value);
        return (bits >> 1n) ^ -(bits & 1n);
      }
    }
    throw new IcebergError("METADATA_INVALID", "an Avro integer has more than 64 bits");
  }

  readFloat(): number {
    return this.#view.getFloat32(this.#advance(4), true);
  }

  readDouble(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  /** A view of the bytes, not a copy. */
  readFixed(size: number): Uint8Array {
    const start = this.#advance(size);
    return this.#bytes.subarray(start, start + size);
  }

  readBytes(): Uint8Array {
    return this.readFixed(this.readInt());
  }

  readString(): string {
    const bytes = this.readBytes();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  }

  #readByte(): number {
    const byte = this.#bytes[this.#position];
    if (byte === undefined) throw endsEarly();
    this.#position += 1;
    return byte;
  }

  #advance(size: number): number {
    const start = this.#position;
    if (size < 0 || start + size > this.#bytes.length) throw endsEarly();
    this.#position = start + size;
    return start;
  }
}

function endsEarly(): IcebergError {
  return new IcebergError("METADATA_INVALID", "an Avro file ends within a value");
}
