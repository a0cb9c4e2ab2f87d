import {
  columnBatch,
  columnFromValues,
  gatherColumn,
  type ColumnBatch,
  type DictionaryColumn,
  type VariableBinaryColumn,
} from "@salon/columns";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createPageDecompressors } from "../../src/codec/parquet/page-decompression.ts";
import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";
import type { FileIo } from "../../src/io/file-io.ts";
import type { DataFile } from "../../src/spec/data-file.ts";
import { newTableMetadata } from "../../src/spec/new-table-metadata.ts";
import { openTableWriter } from "../../src/writer/table-writer.ts";

type Text = string | null;

const FIELDS = [
  { id: 1, name: "text", required: false, type: { kind: "string" } },
  { id: 2, name: "row", required: false, type: { kind: "int" } },
] as const;

interface Written {
  readonly files: readonly DataFile[];
  readonly fileIo: FileIo;
}

async function writeTable(
  batches: readonly ColumnBatch[],
  properties: Readonly<Record<string, string>>,
): Promise<Written> {
  const transform = { kind: "truncate", width: 1 } as const;
  const metadata = newTableMetadata(
    {
      schema: { schemaId: 0, fields: FIELDS },
      location: "memory://table",
      properties,
      partitionSpec: { specId: 0, fields: [{ sourceId: 1, fieldId: 1000, name: "t", transform }] },
    },
    { uuid: "11111111-2222-4333-8444-555555555555", nowMs: 0 },
  );
  const fileIo = createMemoryFileIo();
  await using writer = openTableWriter({ table: { metadata, fileIo }, uuid: "same" });
  for (const batch of batches) await writer.write(batch);
  return { files: await writer.close(), fileIo };
}

async function readFile({ fileIo }: Written, { filePath }: DataFile): Promise<ArrayBuffer> {
  return new Uint8Array(await fileIo.read(filePath)).buffer;
}

/** Of each partition its rows, and what its manifest entry says of them. */
async function contents(written: Written): Promise<unknown[]> {
  const files = written.files.toSorted((left, right) =>
    JSON.stringify(left.partition) < JSON.stringify(right.partition) ? -1 : 1,
  );
  return Promise.all(
    files.map(async (dataFile) => ({
      partition: dataFile.partition,
      bounds: [dataFile.lowerBounds, dataFile.upperBounds],
      counts: [dataFile.recordCount, dataFile.valueCounts, dataFile.nullValueCounts],
      rows: await parquetReadObjects({
        file: await readFile(written, dataFile),
        compressors: createPageDecompressors(),
      }),
    })),
  );
}

/** As a decoder that keeps its dictionary makes columns of texts, batch by batch. */
function createGrowingDictionary(): (texts: readonly Text[]) => DictionaryColumn {
  const entries: string[] = [];
  const idOf = new Map<string, number>();
  const dictionaryId = Symbol("texts");
  return (texts) => {
    const plain = columnFromValues({ kind: "utf8" }, texts);
    const indices = Int32Array.from(texts, (text) => {
      if (text === null) return 0;
      if (!idOf.has(text)) idOf.set(text, entries.push(text) - 1);
      return idOf.get(text)!;
    });
    return {
      type: { kind: "utf8" },
      layout: "dictionary",
      length: texts.length,
      nullCount: plain.nullCount,
      validity: plain.validity,
      indices,
      dictionary: columnFromValues({ kind: "utf8" }, entries) as VariableBinaryColumn,
      dictionaryId,
    };
  };
}

function batchOf(text: DictionaryColumn, firstRow: number, isPlain: boolean): ColumnBatch {
  const all = Int32Array.from({ length: text.length }, (_, row) => row);
  const plain = { ...text, dictionaryId: undefined };
  return columnBatch({
    text: isPlain ? gatherColumn(plain, all) : text,
    row: columnFromValues(
      { kind: "int32" },
      Array.from(all, (row) => firstRow + row),
    ),
  });
}

function batchesOf(batches: readonly (readonly Text[])[], isPlain: boolean): ColumnBatch[] {
  const columnOf = createGrowingDictionary();
  let firstRow = 0;
  return batches.map((texts) => {
    const batch = batchOf(columnOf(texts), firstRow, isPlain);
    firstRow += texts.length;
    return batch;
  });
}

test("rows of a growing dictionary are written as those of one of each batch", async () => {
  const text = fc.option(fc.stringMatching(/^[abc][0-9x]{0,2}$/), { nil: null, freq: 9 });
  const properties = { "write.parquet.page-row-limit": "5" };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(text, { minLength: 1 })), async (batches) => {
      const growing = await writeTable(batchesOf(batches, false), properties);
      const plain = await writeTable(batchesOf(batches, true), properties);
      expect(await contents(growing)).toEqual(await contents(plain));
    }),
    { numRuns: 60 },
  );
});

/** Seconds of a day in no order, most of them several times. */
const seconds = (count: number, day: number): string[] =>
  Array.from({ length: count }, (_, i) =>
    new Date(Date.UTC(2025, 0, day) + ((i * 7919) % 6_000) * 1000).toISOString().slice(0, 19),
  );

test("a dictionary of many texts of one length is sorted, with and without nulls", async () => {
  const withNulls = seconds(60_000, 16).map((text, i) => (i % 7 === 0 ? null : text));
  const batches = [seconds(50_000, 15), withNulls, ["no time"], seconds(1_000, 15)];
  const properties = {
    "write.parquet.page-row-limit": "20000",
    "write.parquet.compression-codec": "uncompressed",
  };
  const growing = await writeTable(batchesOf(batches.slice(0, 2), false), properties);
  const plain = await writeTable(batchesOf(batches.slice(0, 2), true), properties);
  expect(await contents(growing)).toEqual(await contents(plain));
  const [dataFile] = growing.files;
  const bytes = await readFile(growing, dataFile!);
  const { meta_data: chunk } = parquetMetadata(bytes).row_groups[0]!.columns[0]!;
  expect(chunk!.encoding_stats).toEqual([
    { page_type: "DICTIONARY_PAGE", encoding: "PLAIN", count: 1 },
    { page_type: "DATA_PAGE", encoding: "RLE_DICTIONARY", count: 6 },
  ]);
  // The dictionary is the first page of the file, behind its header.
  const file = Buffer.from(bytes);
  const first = file.indexOf("2025-01-15T00:00:00");
  expect(file.toString("latin1", first + 23, first + 42)).toBe("2025-01-15T00:00:01");
  expect(await contents(await writeTable(batchesOf(batches, false), properties))).toEqual(
    await contents(await writeTable(batchesOf(batches, true), properties)),
  );
});

test("other dictionaries may follow one of many texts", async () => {
  const [first, second] = [createGrowingDictionary(), createGrowingDictionary()];
  const withNulls = seconds(30_000, 16).map((text, i) => (i % 7 === 0 ? null : text));
  const columns = [
    first(seconds(30_000, 15)),
    first(withNulls),
    second(seconds(9_000, 16)),
    first(seconds(9_000, 17)),
    second(["2025-01-18", "2025-01-15T00:00:00"]),
  ];
  const properties = { "write.parquet.page-row-limit": "20000" };
  const write = (isPlain: boolean): Promise<Written> =>
    writeTable(
      columns.map((column, i) => batchOf(column, 30_000 * i, isPlain)),
      properties,
    );
  expect(await contents(await write(false))).toEqual(await contents(await write(true)));
});

test.each([100, 5_000])("%d rows of a dictionary of many texts are enough", async (rowCount) => {
  const columnOf = createGrowingDictionary();
  columnOf(seconds(6_000, 15));
  const column = columnOf(seconds(rowCount, 15).toReversed());
  const growing = await writeTable([batchOf(column, 0, false)], {});
  const plain = await writeTable([batchOf(column, 0, true)], {});
  expect(await contents(growing)).toEqual(await contents(plain));
});

test("a dictionary that outgrows its limit is followed by plain pages", async () => {
  const texts = Array.from({ length: 40_000 }, (_, i) => `a${String(i % 20_000).padStart(9, "0")}`);
  const properties = {
    "write.parquet.page-row-limit": "5000",
    "write.parquet.dict-size-bytes": "100000",
  };
  const batches = [texts.slice(0, 5_000), texts.slice(0, 5_000), texts];
  const growing = await writeTable(batchesOf(batches, false), properties);
  expect(await contents(growing)).toEqual(
    await contents(await writeTable(batchesOf(batches, true), properties)),
  );
});

test("a dictionary may grow beyond 256 partitions", async () => {
  const letters = Array.from({ length: 300 }, (_, i) => String.fromCodePoint(0x4e00 + i));
  const batches = [letters.slice(0, 200), letters, letters.slice(250)];
  const growing = await writeTable(batchesOf(batches, false), {});
  expect(new Set(growing.files.map(({ partition }) => partition[0])).size).toBe(300);
  expect(await contents(growing)).toEqual(
    await contents(await writeTable(batchesOf(batches, true), {})),
  );
});
