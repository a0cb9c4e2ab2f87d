import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";

/** The version of a message, and whether that version is a flexible one (KIP-482). */
export interface MessageVersion {
  readonly number: number;
  readonly isFlexible: boolean;
}

/** A part of a message: how its value is read and written in each version. */
export interface Field<Value> {
  /** @throws RangeError where the bytes end before the value does. */
  read(reader: ByteReader, version: MessageVersion): Value;
  write(writer: ByteWriter, value: Value, version: MessageVersion): void;
}

/** The value of a field. */
export type ValueOf<Described> = Described extends Field<infer Value> ? Value : never;

/** A field that only some versions have; elsewhere it is read as the given value. */
export function since<Value>(first: number, field: Field<Value>, otherwise: Value): Field<Value> {
  return within(first, Infinity, field, otherwise);
}

/** A field that versions from `first` to `last` have. */
export function within<Value>(
  first: number,
  last: number,
  field: Field<Value>,
  otherwise: Value,
): Field<Value> {
  const isThere = ({ number }: MessageVersion): boolean => number >= first && number <= last;
  return {
    read: (reader, version) => (isThere(version) ? field.read(reader, version) : otherwise),
    write: (writer, value, version) => {
      if (isThere(version)) field.write(writer, value, version);
    },
  };
}
