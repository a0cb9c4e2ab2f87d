import { ByteWriter } from "hyparquet-writer";
import type { PrimitiveType } from "../../spec/type.ts";
import { encodeInt32Deltas, encodeInt64Deltas } from "./delta-encoding.ts";
import type { PageSettings, ValueEncoding } from "./page.ts";
import { parquetTypeOf } from "./parquet-type.ts";
import type { PhysicalVector } from "./physical-vector.ts";
import { writePlain, writePlainBits } from "./plain-encoding.ts";

/** The values of one page that refer to no dictionary: plain while the page grows. */
export class PageValues {
  /** As parquet-java chooses by the version of the pages, of what Iceberg's readers take. */
  readonly encoding: Exclude<ValueEncoding, "RLE_DICTIONARY">;
  readonly #type: ReturnType<typeof parquetTypeOf>["type"];
  #plain = new ByteWriter(0);
  #count = 0;

  constructor(type: PrimitiveType, { pageVersion }: Pick<PageSettings, "pageVersion">) {
    this.#type = parquetTypeOf(type).type;
    const isInteger = this.#type === "INT32" || this.#type === "INT64";
    this.encoding = pageVersion === 2 && isInteger ? "DELTA_BINARY_PACKED" : "PLAIN";
  }

  /** Bytes of the values, plain. */
  get byteLength(): number {
    return this.#plain.index;
  }

  /** Bytes that are held. */
  get bufferedBytes(): number {
    return this.#plain.buffer.byteLength;
  }

  /** Appends `values[positions[0..count)]`. */
  append(values: PhysicalVector, positions: Int32Array, count: number): void {
    if (values.kind === "boolean") {
      writePlainBits(this.#plain, this.#count, values.bits, positions, count);
    } else {
      writePlain(this.#plain, values, positions, count, this.#type === "BYTE_ARRAY");
    }
    this.#count += count;
  }

  /** The values as they stand in the page; valid until the next ones come. */
  encode(): Uint8Array {
    const bytes = this.#plain.getBytes();
    if (this.encoding === "PLAIN") return bytes;
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    return this.#type === "INT32" ? encodeInt32Deltas(words) : encodeInt64Deltas(words);
  }

  /** Begins another page. */
  clear(): void {
    this.#plain.index = 0;
    this.#plain.offset = 0;
    this.#count = 0;
  }

  /** As {@link clear}, and holds nothing any more. */
  release(): void {
    this.#plain = new ByteWriter(0);
    this.#count = 0;
  }
}
