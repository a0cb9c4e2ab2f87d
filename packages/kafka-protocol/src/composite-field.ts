import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { Field, MessageVersion, ValueOf } from "./field.ts";

/** The value of a structure whose fields are described by name, in the order of the wire. */
export type StructOf<Described> = {
  readonly [Name in keyof Described]: ValueOf<Described[Name]>;
};

/**
 * Fields one after the other. In flexible versions tagged fields follow: those that are there are
 * skipped, and none are written (KIP-482).
 */
export function struct<Described extends object>(fields: Described): Field<StructOf<Described>> {
  const entries = Object.entries(fields) as [string, Field<unknown>][];
  return {
    read: (reader, version) => {
      const value: Record<string, unknown> = {};
      for (const [name, field] of entries) value[name] = field.read(reader, version);
      if (version.isFlexible) reader.skipTaggedFields();
      return value as StructOf<Described>;
    },
    write: (writer, value, version) => {
      const parts = value as Readonly<Record<string, unknown>>;
      for (const [name, field] of entries) field.write(writer, parts[name], version);
      if (version.isFlexible) writer.writeUnsignedVarint(0);
    },
  };
}

/** Elements one after the other behind their count; null, where it is sent, is read as empty. */
export function array<Value>(element: Field<Value>): Field<readonly Value[]> {
  const list = nullableArray(element);
  return {
    read: (reader, version) => list.read(reader, version) ?? [],
    write: (writer, value, version) => list.write(writer, value, version),
  };
}

/** An array that may be null, which is undefined here. */
export function nullableArray<Value>(element: Field<Value>): Field<readonly Value[] | undefined> {
  return {
    read: (reader, version) => {
      const count = readCount(reader, version);
      if (count < 0) return undefined;
      // No element is shorter than a byte: a count cannot ask for more than there is.
      if (count > reader.remaining) {
        throw new RangeError(`${count} elements in ${reader.remaining} bytes`);
      }
      // Grows as elements are there: the count may still be more than these bytes can hold.
      const values: Value[] = [];
      for (let i = 0; i < count; i++) values.push(element.read(reader, version));
      return values;
    },
    write: (writer, value, version) => {
      writeCount(writer, value?.length ?? -1, version);
      for (const each of value ?? []) element.write(writer, each, version);
    },
  };
}

function readCount(reader: ByteReader, { isFlexible }: MessageVersion): number {
  return isFlexible ? reader.readUnsignedVarint() - 1 : reader.readInt32();
}

function writeCount(writer: ByteWriter, count: number, { isFlexible }: MessageVersion): void {
  if (isFlexible) writer.writeUnsignedVarint(count + 1);
  else writer.writeInt32(count);
}
