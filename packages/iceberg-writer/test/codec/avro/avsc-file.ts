import { once } from "node:events";
import { types, Type, streams } from "avsc";
import type { AvroCodec } from "../../../src/codec/avro/avro-codec.ts";
import { type AvroSchema, avroSchemaToJson } from "../../../src/codec/avro/avro-schema.ts";

/** avsc's 64-bit integers as bigints, which it does not make by itself. */
const bigintLong = types.LongType["__with"]({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === "bigint",
  compare: (a: bigint, b: bigint) => Number(a > b) - Number(a < b),
});

function parseHook(schema: unknown): Type {
  return Type.forSchema(Object(schema), { registry: { long: bigintLong } });
}

/** The records of a container file as avsc reads them. */
export async function readWithAvsc(bytes: Uint8Array): Promise<readonly unknown[]> {
  const decoder = new streams.BlockDecoder({ parseHook });
  const records: unknown[] = [];
  decoder.on("data", (record: unknown) => records.push(record));
  decoder.end(Buffer.from(bytes));
  await once(decoder, "end");
  return records;
}

/** A container file as avsc writes it, one of its two codecs. */
export async function writeWithAvsc(
  schema: AvroSchema,
  records: readonly unknown[],
  codec: Extract<AvroCodec, "null" | "deflate">,
): Promise<Uint8Array> {
  const encoder = new streams.BlockEncoder(parseHook(avroSchemaToJson(schema)), {
    codec,
    writeHeader: true,
  });
  const parts: Buffer[] = [];
  encoder.on("data", (part: Buffer) => parts.push(part));
  for (const record of records) encoder.write(record);
  encoder.end();
  await once(encoder, "end");
  return Buffer.concat(parts);
}
