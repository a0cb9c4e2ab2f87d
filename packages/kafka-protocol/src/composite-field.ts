import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { Field, MessageVersion, ValueOf } from "./field.ts";

/** The value of a structure whose fields are described by name, in the order of the wire. */
export type StructOf<Described> = {
  readonly [Name in keyof Described]: ValueOf<Described[Name]>;
};

/** A field that flexible versions send behind the others, by its number, where it has a value. */
export interface TaggedField<Value> extends Field<Value | undefined> {
  readonly tag: number;
}

/** A tagged field of a structure; undefined where it is not sent (KIP-482). */
export function tagged<Value>(tag: number, field: Field<Value>): TaggedField<Value> {
  return {
    tag,
    read: (reader, version) => field.read(reader, version),
    write: (writer, value, version) => {
      if (value !== undefined) field.write(writer, value, version);
    },
  };
}

/**
 * Fields one after the other. In flexible versions tagged fields follow: those that are not
 * described are skipped, and those without a value are not written (KIP-482).
 */
export function struct<Described extends object>(fields: Described): Field<StructOf<Described>> {
  const all = Object.entries(fields) as [string, Field<unknown>][];
  const entries = all.filter(([, field]) => !isTagged(field));
  const tags = all.flatMap(([name, field]) => (isTagged(field) ? [{ name, field }] : []));
  return {
    read: (reader, version) => {
      const value: Record<string, unknown> = {};
      for (const [name, field] of entries) value[name] = field.read(reader, version);
      for (const { name } of tags) value[name] = undefined;
      if (version.isFlexible) readTagged(reader, tags, value, version);
      return value as StructOf<Described>;
    },
    write: (writer, value, version) => {
      const parts = value as Readonly<Record<string, unknown>>;
      for (const [name, field] of entries) field.write(writer, parts[name], version);
      if (version.isFlexible) writeTagged(writer, tags, parts, version);
    },
  };
}

type NamedTag = { readonly name: string; readonly field: TaggedField<unknown> };

function isTagged(field: Field<unknown>): field is TaggedField<unknown> {
  return "tag" in field;
}

function readTagged(
  reader: ByteReader,
  tags: readonly NamedTag[],
  value: Record<string, unknown>,
  version: MessageVersion,
): void {
  if (tags.length === 0) {
    reader.skipTaggedFields();
    return;
  }
  const count = reader.readUnsignedVarint();
  for (let i = 0; i < count; i++) {
    const tag = reader.readUnsignedVarint();
    const bytes = reader.readFixed(reader.readUnsignedVarint());
    const known = tags.find(({ field }) => field.tag === tag);
    if (known !== undefined) value[known.name] = known.field.read(new ByteReader(bytes), version);
  }
}

function writeTagged(
  writer: ByteWriter,
  tags: readonly NamedTag[],
  parts: Readonly<Record<string, unknown>>,
  version: MessageVersion,
): void {
  const present = tags.filter(({ name }) => parts[name] !== undefined);
  writer.writeUnsignedVarint(present.length);
  for (const { name, field } of present.toSorted((a, b) => a.field.tag - b.field.tag)) {
    const bytes = new ByteWriter();
    field.write(bytes, parts[name], version);
    const written = bytes.toBuffer();
    writer.writeUnsignedVarint(field.tag).writeUnsignedVarint(written.length).writeFixed(written);
  }
}

/** A structure that may be null, which is undefined here: a byte says whether it is there. */
export function nullable<Value>(structure: Field<Value>): Field<Value | undefined> {
  return {
    read: (reader, version) =>
      reader.readInt8() < 0 ? undefined : structure.read(reader, version),
    write: (writer, value, version) => {
      writer.writeInt8(value === undefined ? -1 : 1);
      if (value !== undefined) structure.write(writer, value, version);
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
