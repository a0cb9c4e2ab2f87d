import { IcebergError } from "../../iceberg-error.ts";
import { type AvroMap, type AvroValue, isAvroList, isAvroMap } from "./avro-value.ts";

/** A field that readers look for by its id, and by its name in files without ids. */
export interface RecordField {
  readonly id: number;
  readonly name: string;
}

/**
 * Typed access to a decoded record; `METADATA_INVALID` where a value is missing or of another type.
 */
export class AvroRecord {
  readonly #record: AvroMap;
  readonly #what: string;

  /** `what` names the record in errors. */
  constructor(record: AvroMap, what: string) {
    this.#record = record;
    this.#what = what;
  }

  /** The value, undefined where it is null or the file has no such field. */
  get({ id, name }: RecordField): AvroValue | undefined {
    return this.#record.get(id) ?? this.#record.get(name) ?? undefined;
  }

  /** The value, which must be there. */
  require(field: RecordField): AvroValue {
    return this.get(field) ?? this.#reject(field, undefined);
  }

  /** An int or a long that a double holds exactly. */
  int(field: RecordField): number {
    return this.optionalInt(field) ?? this.#reject(field, undefined);
  }

  optionalInt(field: RecordField): number | undefined {
    const value = this.get(field);
    if (value === undefined) return undefined;
    const number = typeof value === "bigint" ? Number(value) : value;
    return typeof number === "number" && Number.isSafeInteger(number)
      ? number
      : this.#reject(field, value);
  }

  optionalLong(field: RecordField): bigint | undefined {
    const value = this.get(field);
    if (value === undefined || typeof value === "bigint") return value;
    return typeof value === "number" ? BigInt(value) : this.#reject(field, value);
  }

  string(field: RecordField): string {
    return this.optionalString(field) ?? this.#reject(field, undefined);
  }

  optionalString(field: RecordField): string | undefined {
    const value = this.get(field);
    if (value === undefined || typeof value === "string") return value;
    return this.#reject(field, value);
  }

  optionalBoolean(field: RecordField): boolean | undefined {
    const value = this.get(field);
    if (value === undefined || typeof value === "boolean") return value;
    return this.#reject(field, value);
  }

  /** A copy, so that a small value does not hold the whole file in memory. */
  optionalBytes(field: RecordField): Uint8Array | undefined {
    const value = this.get(field);
    if (value === undefined) return undefined;
    return value instanceof Uint8Array ? Uint8Array.from(value) : this.#reject(field, value);
  }

  optionalList(field: RecordField): readonly AvroValue[] | undefined {
    const value = this.get(field);
    if (value === undefined || isAvroList(value)) return value;
    return this.#reject(field, value);
  }

  optionalMap(field: RecordField): AvroMap | undefined {
    const value = this.get(field);
    if (value === undefined || isAvroMap(value)) return value;
    return this.#reject(field, value);
  }

  #reject(field: RecordField, value: AvroValue | undefined): never {
    const state = value === undefined ? "missing" : "of another type";
    throw new IcebergError("METADATA_INVALID", `${field.name} of ${this.#what} is ${state}`);
  }
}
