import type { Field } from "./field.ts";

/** One byte: 0 is false. */
export const bool: Field<boolean> = {
  read: (reader) => reader.readInt8() !== 0,
  write: (writer, value) => void writer.writeInt8(value ? 1 : 0),
};

export const int8: Field<number> = {
  read: (reader) => reader.readInt8(),
  write: (writer, value) => void writer.writeInt8(value),
};

export const int16: Field<number> = {
  read: (reader) => reader.readInt16(),
  write: (writer, value) => void writer.writeInt16(value),
};

export const int32: Field<number> = {
  read: (reader) => reader.readInt32(),
  write: (writer, value) => void writer.writeInt32(value),
};

export const int64: Field<bigint> = {
  read: (reader) => reader.readInt64(),
  write: (writer, value) => void writer.writeInt64(value),
};

/** 128 bits as URL-safe base64, as Kafka prints its ids. */
export const uuid: Field<string> = {
  read: (reader) => reader.readFixed(16).toString("base64url"),
  write: (writer, value) => void writer.writeFixed(Buffer.from(value, "base64url")),
};

/** A string that may be null, which is undefined here. */
export const nullableString: Field<string | undefined> = {
  read: (reader, { isFlexible }) => (isFlexible ? reader.readCompactString() : reader.readString()),
  write: (writer, value, { isFlexible }) => {
    if (value === undefined)
      void (isFlexible ? writer.writeUnsignedVarint(0) : writer.writeInt16(-1));
    else void (isFlexible ? writer.writeCompactString(value) : writer.writeString(value));
  },
};

/** A string; a null one, which no writer may send, is read as empty. */
export const string: Field<string> = {
  read: (reader, version) => nullableString.read(reader, version) ?? "",
  write: (writer, value, version) => nullableString.write(writer, value, version),
};

/** Bytes that may be null, which is undefined here; read as a view of the message. */
export const nullableBytes: Field<Buffer | undefined> = {
  read: (reader, { isFlexible }) => {
    const length = isFlexible ? reader.readUnsignedVarint() - 1 : reader.readInt32();
    return length < 0 ? undefined : reader.readFixed(length);
  },
  write: (writer, value, { isFlexible }) => {
    if (isFlexible) void writer.writeUnsignedVarint(value === undefined ? 0 : value.length + 1);
    else void writer.writeInt32(value?.length ?? -1);
    if (value !== undefined) void writer.writeFixed(value);
  },
};

/** Bytes, read as a view of the message; null is read as empty. */
export const bytes: Field<Buffer> = {
  read: (reader, version) => nullableBytes.read(reader, version) ?? Buffer.alloc(0),
  write: (writer, value, version) => nullableBytes.write(writer, value, version),
};
