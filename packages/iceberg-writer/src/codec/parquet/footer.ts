import { ByteWriter } from "hyparquet-writer";
import { logicalType } from "hyparquet-writer/src/metadata.js";
import { serializeTCompactProtocol } from "hyparquet-writer/src/thrift.js";
import {
  CompressionCodecs,
  ConvertedTypes,
  Encodings,
  PageTypes,
  ParquetTypes,
} from "hyparquet/src/constants.js";
import type { CompressionCodec } from "hyparquet";
import type { PrimitiveType } from "../../spec/type.ts";
import type { ColumnBounds } from "./column-bounds.ts";
import { leavesOf, type ParquetLeaf, type ParquetNode } from "./parquet-schema.ts";
import { parquetTypeOf } from "./parquet-type.ts";
import type { PageSettings, ValueEncoding } from "./page.ts";
import { plainValue } from "./plain-value.ts";

/** A column chunk as the footer lists it; offsets are from the start of the file. */
export interface FooterChunk {
  readonly dictionaryPageOffset?: number;
  readonly dataPageOffset: number;
  readonly uncompressedSize: number;
  readonly compressedSize: number;
  readonly dataPageCount: number;
  readonly dictionaryEncodedPageCount: number;
  /** Of the data pages that refer to no dictionary. */
  readonly valueEncoding: ValueEncoding;
  readonly valueCount: number;
  readonly nullCount: number;
  readonly nanCount: number;
  readonly bounds?: ColumnBounds;
}

/** A row group as the footer lists it; one chunk for each leaf. */
export interface FooterRowGroup {
  readonly rowCount: number;
  readonly chunks: readonly FooterChunk[];
}

/** What a footer says (Parquet: File Metadata). */
export interface FooterContent {
  /** The schema below its root. */
  readonly nodes: readonly ParquetNode[];
  readonly rowGroups: readonly FooterRowGroup[];
  readonly codec: CompressionCodec;
  readonly pageVersion: PageSettings["pageVersion"];
  readonly keyValues: Readonly<Record<string, string>>;
  readonly createdBy: string;
}

/** The bytes that begin and end every file. */
export const PARQUET_MAGIC: Uint8Array = Uint8Array.of(0x50, 0x41, 0x52, 0x31);

/** A Thrift struct, its fields by id. */
type Thrift = Record<`field_${number}`, unknown>;

/** In the order of Parquet's enum FieldRepetitionType. */
const REPETITION_TYPES: readonly ParquetNode["repetition"][] = ["required", "optional", "repeated"];

const PLAIN = Encodings.indexOf("PLAIN");
const RLE = Encodings.indexOf("RLE");
const RLE_DICTIONARY = Encodings.indexOf("RLE_DICTIONARY");
const DATA_PAGES = [PageTypes.indexOf("DATA_PAGE"), PageTypes.indexOf("DATA_PAGE_V2")] as const;
const DICTIONARY_PAGE = PageTypes.indexOf("DICTIONARY_PAGE");

/** Values longer than this in all are left out of the statistics, as parquet-java does. */
const STATISTICS_BYTES_MAX = 4096;

/** Everything behind the last row group: the metadata, its length, the magic. */
export function encodeFooter(content: FooterContent): Uint8Array {
  const { nodes, rowGroups, keyValues, createdBy } = content;
  const leaves = nodes.flatMap(leavesOf);
  const rowCount = rowGroups.reduce((sum, group) => sum + group.rowCount, 0);
  const metadata: Thrift = {
    field_1: 1,
    field_2: [
      { field_4: "table", field_5: nodes.length },
      ...nodes.flatMap((node) => schemaElements(node)),
    ],
    field_3: BigInt(rowCount),
    field_4: rowGroups.map((group) => rowGroup(group, leaves, content)),
    field_5: Object.entries(keyValues).map(([key, value]) => ({ field_1: key, field_2: value })),
    field_6: createdBy,
    // Without a column order, min_value and max_value mean nothing (Parquet: ColumnOrder).
    field_7: leaves.map(() => ({ field_1: {} })),
  };
  const writer = new ByteWriter();
  serializeTCompactProtocol(writer, metadata);
  writer.appendUint32(writer.offset);
  writer.appendBytes(PARQUET_MAGIC);
  return writer.getBytes();
}

/** A node, then what is below it. */
function schemaElements(node: ParquetNode): readonly Thrift[] {
  const parquetType = node.kind === "primitive" ? parquetTypeOf(node.type) : undefined;
  const annotation = node.kind === "group" ? node.annotation : undefined;
  const children = node.kind === "group" ? node.children : [];
  const converted = parquetType?.converted_type ?? annotation;
  const element: Thrift = {
    field_1: parquetType && ParquetTypes.indexOf(parquetType.type),
    field_2: parquetType?.type_length,
    field_3: REPETITION_TYPES.indexOf(node.repetition),
    field_4: node.name,
    field_5: node.kind === "group" ? children.length : undefined,
    field_6: converted && ConvertedTypes.indexOf(converted),
    field_7: parquetType?.scale,
    field_8: parquetType?.precision,
    field_9: node.fieldId,
    field_10: logicalType(parquetType?.logical_type ?? (annotation && { type: annotation })),
  };
  return [element, ...children.flatMap((child) => schemaElements(child))];
}

function rowGroup(
  { rowCount, chunks }: FooterRowGroup,
  leaves: readonly ParquetLeaf[],
  content: FooterContent,
): Thrift {
  const sum = (size: (chunk: FooterChunk) => number): bigint =>
    BigInt(chunks.reduce((total, chunk) => total + size(chunk), 0));
  const [first] = chunks;
  return {
    field_1: chunks.map((chunk, index) => columnChunk(chunk, leaves[index]!, content)),
    field_2: sum((chunk) => chunk.uncompressedSize),
    field_3: BigInt(rowCount),
    field_5: BigInt(first?.dictionaryPageOffset ?? first?.dataPageOffset ?? 0),
    field_6: sum((chunk) => chunk.compressedSize),
  };
}

function columnChunk(
  chunk: FooterChunk,
  leaf: ParquetLeaf,
  { codec, pageVersion }: Pick<FooterContent, "codec" | "pageVersion">,
): Thrift {
  const { dictionaryPageOffset } = chunk;
  return {
    field_2: BigInt(dictionaryPageOffset ?? chunk.dataPageOffset),
    field_3: {
      field_1: ParquetTypes.indexOf(parquetTypeOf(leaf.type).type),
      field_2: encodings(chunk),
      field_3: leaf.path,
      field_4: CompressionCodecs.indexOf(codec),
      field_5: BigInt(chunk.valueCount),
      field_6: BigInt(chunk.uncompressedSize),
      field_7: BigInt(chunk.compressedSize),
      field_9: BigInt(chunk.dataPageOffset),
      field_11: dictionaryPageOffset === undefined ? undefined : BigInt(dictionaryPageOffset),
      field_12: statistics(chunk, leaf.type),
      field_13: encodingStatistics(chunk, DATA_PAGES[pageVersion - 1]!),
    },
  };
}

function encodings(chunk: FooterChunk): number[] {
  const isDictionaryEncoded = chunk.dictionaryEncodedPageCount > 0;
  const hasOthers = chunk.dataPageCount > chunk.dictionaryEncodedPageCount;
  // The dictionary's own page is plain.
  const all = [
    ...(isDictionaryEncoded ? [PLAIN, RLE, RLE_DICTIONARY] : [RLE]),
    ...(hasOthers ? [Encodings.indexOf(chunk.valueEncoding)] : []),
  ];
  return [...new Set(all)].toSorted((a, b) => a - b);
}

/** Readers that prune by the dictionary need to know that no page went without it. */
function encodingStatistics(chunk: FooterChunk, dataPage: number): Thrift[] {
  const { dictionaryEncodedPageCount, dataPageCount, valueEncoding } = chunk;
  const otherPageCount = dataPageCount - dictionaryEncodedPageCount;
  return [
    ...pageCount(DICTIONARY_PAGE, PLAIN, chunk.dictionaryPageOffset === undefined ? 0 : 1),
    ...pageCount(dataPage, RLE_DICTIONARY, dictionaryEncodedPageCount),
    ...pageCount(dataPage, Encodings.indexOf(valueEncoding), otherPageCount),
  ];
}

function pageCount(pageType: number, encoding: number, count: number): Thrift[] {
  return count === 0 ? [] : [{ field_1: pageType, field_2: encoding, field_3: count }];
}

/**
 * Bounds are left out where a NaN is among the values: a reader that orders NaN last would prune
 * wrongly. Zeros are -0 below and +0 above (Parquet: ColumnOrder, TYPE_ORDER).
 */
function statistics({ nullCount, nanCount, bounds }: FooterChunk, type: PrimitiveType): Thrift {
  const field_3 = BigInt(nullCount);
  if (bounds === undefined || nanCount > 0) return { field_3 };
  const isFloating = type.kind === "float" || type.kind === "double";
  const lower = plainValue(type, isFloating && bounds.lower === 0 ? -0 : bounds.lower);
  const upper = plainValue(type, isFloating && bounds.upper === 0 ? 0 : bounds.upper);
  if (lower.length + upper.length > STATISTICS_BYTES_MAX) return { field_3 };
  return { field_3, field_5: upper, field_6: lower, field_7: true, field_8: true };
}
