import { createHash } from "node:crypto";
import { IcebergError } from "../../iceberg-error.ts";
import { parseJson, serializeJson } from "../../spec/iceberg-json.ts";
import { type AvroCodec, compressBlock, decompressBlock, parseAvroCodec } from "./avro-codec.ts";
import { avroDecoder } from "./avro-decoder.ts";
import { type AvroEncoder, avroEncoder } from "./avro-encoder.ts";
import { AvroReader } from "./avro-reader.ts";
import {
  type AvroRecordSchema,
  type AvroSchema,
  avroSchemaFromJson,
  avroSchemaToJson,
} from "./avro-schema.ts";
import { type AvroMap, isAvroMap } from "./avro-value.ts";
import { AvroWriter } from "./avro-writer.ts";

/** "Obj" and the version (Avro: Object Container Files). */
const MAGIC = Uint8Array.of(0x4f, 0x62, 0x6a, 1);
const SYNC_SIZE = 16;
/**
 * A block is closed as soon as its data reach this size; Avro recommends some tens of kilobytes.
 */
const BLOCK_SIZE = 64 * 1024;

/** What an object container file is opened with. */
export interface AvroFileOptions {
  readonly schema: AvroRecordSchema;
  readonly codec: AvroCodec;
  /** Key-value pairs beside `avro.schema` and `avro.codec`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** An object container file in memory, written record by record (Avro: Object Container Files). */
export class AvroFileBuilder {
  readonly #codec: AvroCodec;
  readonly #encode: AvroEncoder;
  readonly #sync: Uint8Array;
  readonly #parts: Uint8Array[] = [];
  readonly #block: AvroWriter = new AvroWriter();
  #blockRecordCount = 0;
  #closedLength = 0;

  constructor({ schema, codec, metadata }: AvroFileOptions) {
    this.#codec = codec;
    this.#encode = avroEncoder(schema);
    const header = encodeHeader({ schema, codec, metadata });
    // Any bytes do for the marker; a digest keeps equal files equal, byte for byte.
    this.#sync = createHash("sha256").update(header).digest().subarray(0, SYNC_SIZE);
    this.#addPart(header);
    this.#addPart(this.#sync);
  }

  /** Bytes of the file so far; those of the open block count uncompressed. */
  get length(): number {
    return this.#closedLength + this.#block.length;
  }

  append(record: AvroMap): void {
    this.#encode(this.#block, record);
    this.#blockRecordCount += 1;
    if (this.#block.length >= BLOCK_SIZE) this.#closeBlock();
  }

  /** The whole file. */
  finish(): Uint8Array {
    if (this.#blockRecordCount > 0) this.#closeBlock();
    return Uint8Array.from(Buffer.concat(this.#parts));
  }

  #closeBlock(): void {
    const data = compressBlock(this.#codec, this.#block.toBytes());
    const head = new AvroWriter();
    head.writeInt(this.#blockRecordCount);
    head.writeInt(data.length);
    this.#addPart(head.toBytes());
    this.#addPart(data);
    this.#addPart(this.#sync);
    this.#block.clear();
    this.#blockRecordCount = 0;
  }

  #addPart(part: Uint8Array): void {
    this.#parts.push(part);
    this.#closedLength += part.length;
  }
}

function encodeHeader({ schema, codec, metadata }: AvroFileOptions): Uint8Array {
  const writer = new AvroWriter();
  writer.writeFixed(MAGIC);
  const entries = Object.entries({
    ...metadata,
    "avro.schema": serializeJson(avroSchemaToJson(schema)),
    "avro.codec": codec,
  });
  writer.writeInt(entries.length);
  for (const [key, value] of entries) {
    writer.writeString(key);
    writer.writeString(value);
  }
  writer.writeInt(0);
  return writer.toBytes();
}

/** An object container file that was opened for reading. */
export interface AvroFile {
  readonly schema: AvroSchema;
  readonly metadata: ReadonlyMap<string, string>;
  /** Decodes block by block; `METADATA_INVALID` where the file is broken. */
  records(): Generator<AvroMap, void, undefined>;
}

/** Reads the head of an object container file. Codes: `METADATA_INVALID`, `UNSUPPORTED`. */
export function openAvroFile(bytes: Uint8Array): AvroFile {
  const reader = new AvroReader(bytes);
  if (Buffer.compare(reader.readFixed(MAGIC.length), MAGIC) !== 0) {
    throw new IcebergError("METADATA_INVALID", "the file is no Avro object container file");
  }
  const metadata = readMetadata(reader);
  const { schema, decode } = readerOf(metadata.get("avro.schema") ?? "");
  const codec = parseAvroCodec(metadata.get("avro.codec") ?? "null");
  const sync = reader.readFixed(SYNC_SIZE);
  return { schema, metadata, records: () => readRecords(reader, decode, codec, sync) };
}

/** A schema and what decodes its values. */
interface SchemaReader {
  readonly schema: AvroSchema;
  readonly decode: ReturnType<typeof avroDecoder>;
}

/**
 * The manifests of a table have few schemas among them, whose texts take longer than their rows.
 */
const READERS_MAX = 16;
const readers = new Map<string, SchemaReader>();

function readerOf(text: string): SchemaReader {
  const known = readers.get(text);
  if (known !== undefined) return known;
  const schema = avroSchemaFromJson(parseJson(text, "avro.schema"));
  const made = { schema, decode: avroDecoder(schema) };
  if (readers.size === READERS_MAX) readers.clear();
  readers.set(text, made);
  return made;
}

function readMetadata(reader: AvroReader): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (let count = reader.readInt(); count !== 0; count = reader.readInt()) {
    if (count < 0) reader.readInt();
    for (let i = reader.checkCount(Math.abs(count)); i > 0; i--)
      metadata.set(reader.readString(), reader.readString());
  }
  return metadata;
}

function* readRecords(
  reader: AvroReader,
  decode: SchemaReader["decode"],
  codec: AvroCodec,
  sync: Uint8Array,
): Generator<AvroMap, void, undefined> {
  while (!reader.isAtEnd) {
    const recordCount = reader.readInt();
    const block = new AvroReader(decompressBlock(codec, reader.readBytes()));
    if (Buffer.compare(reader.readFixed(SYNC_SIZE), sync) !== 0) {
      throw new IcebergError("METADATA_INVALID", "an Avro block does not end in the sync marker");
    }
    block.checkCount(recordCount);
    for (let i = 0; i < recordCount; i++) {
      const record = decode(block);
      if (!isAvroMap(record)) {
        throw new IcebergError("METADATA_INVALID", "an Avro file does not hold records");
      }
      yield record;
    }
  }
}
