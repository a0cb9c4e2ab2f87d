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
  readonly #schemaText: string;
  readonly #encode: AvroEncoder;
  readonly #sync: Uint8Array;
  readonly #parts: Uint8Array[] = [];
  readonly #block: AvroWriter = new AvroWriter();
  #blockRecordCount = 0;
  #hasBlocks = false;
  #closedLength = 0;

  constructor({ schema, codec, metadata }: AvroFileOptions) {
    this.#codec = codec;
    this.#schemaText = serializeJson(avroSchemaToJson(schema));
    this.#encode = avroEncoder(schema);
    const header = encodeHeader({
      ...metadata,
      "avro.schema": this.#schemaText,
      "avro.codec": codec,
    });
    // Any bytes do for the marker; a digest keeps equal files equal, byte for byte.
    this.#sync = createHash("sha256").update(header).digest().subarray(0, SYNC_SIZE);
    this.#addPart(header);
    this.#addPart(this.#sync);
  }

  get isEmpty(): boolean {
    return this.#blockRecordCount === 0 && !this.#hasBlocks;
  }

  /** Bytes of the file so far; those of the open block count uncompressed. */
  get length(): number {
    return this.#closedLength + this.#block.length;
  }

  append(record: AvroMap): void {
    this.#encode(this.#block, record);
    this.#blockRecordCount += 1;
    if (this.#block.length >= BLOCK_SIZE) this.closeBlock();
  }

  /** Has the records that follow in another block. */
  closeBlock(): void {
    if (this.#blockRecordCount === 0) return;
    this.#addBlock(this.#blockRecordCount, compressBlock(this.#codec, this.#block.toBytes()));
    this.#block.clear();
    this.#blockRecordCount = 0;
  }

  /** Whether blocks of a file are such as this one would write: of its very schema and codec. */
  accepts({ metadata }: AvroFile): boolean {
    const isOfSchema = metadata.get("avro.schema") === this.#schemaText;
    return isOfSchema && metadata.get("avro.codec") === this.#codec;
  }

  /** Takes a block as it is stored in a file that it accepts. */
  appendBlock({ recordCount, data }: AvroBlock): void {
    this.closeBlock();
    this.#addBlock(recordCount, data);
  }

  /** The whole file. */
  finish(): Uint8Array {
    this.closeBlock();
    return Uint8Array.from(Buffer.concat(this.#parts));
  }

  #addBlock(recordCount: number, data: Uint8Array): void {
    const head = new AvroWriter();
    head.writeInt(recordCount);
    head.writeInt(data.length);
    this.#addPart(head.toBytes());
    this.#addPart(data);
    this.#addPart(this.#sync);
    this.#hasBlocks = true;
  }

  #addPart(part: Uint8Array): void {
    this.#parts.push(part);
    this.#closedLength += part.length;
  }
}

function encodeHeader(metadata: Readonly<Record<string, string>>): Uint8Array {
  const writer = new AvroWriter();
  writer.writeFixed(MAGIC);
  const entries = Object.entries(metadata);
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
  /** Decodes all blocks, or some of them; `METADATA_INVALID` where the file is broken. */
  records(blocks?: Iterable<AvroBlock>): Generator<AvroMap, void, undefined>;
  /** The blocks as they are stored; `METADATA_INVALID` where they are cut short. */
  blocks(): Generator<AvroBlock, void, undefined>;
}

/** Some records of an object container file, compressed. */
export interface AvroBlock {
  readonly recordCount: number;
  /** A view of the file's bytes. */
  readonly data: Uint8Array;
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
  const blocks = (): Generator<AvroBlock, void, undefined> => readBlocks(reader, sync);
  return {
    schema,
    metadata,
    blocks,
    records: (some = blocks()) => readRecords(some, decode, codec),
  };
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

function* readBlocks(reader: AvroReader, sync: Uint8Array): Generator<AvroBlock, void, undefined> {
  while (!reader.isAtEnd) {
    const recordCount = reader.readInt();
    const data = reader.readBytes();
    if (Buffer.compare(reader.readFixed(SYNC_SIZE), sync) !== 0) {
      throw new IcebergError("METADATA_INVALID", "an Avro block does not end in the sync marker");
    }
    yield { recordCount, data };
  }
}

function* readRecords(
  blocks: Iterable<AvroBlock>,
  decode: SchemaReader["decode"],
  codec: AvroCodec,
): Generator<AvroMap, void, undefined> {
  for (const { recordCount, data } of blocks) {
    const block = new AvroReader(decompressBlock(codec, data));
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
