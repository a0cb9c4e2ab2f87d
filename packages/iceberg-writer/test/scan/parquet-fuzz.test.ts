import { columnFromValues, isFlatColumn, valuesOf } from "@salon/columns";
import { fuzzBytes } from "@salon/testkit";
import { describe, expect, test } from "vitest";
import { columnTypeOf } from "../../src/codec/column-type.ts";
import { ParquetEncoder } from "../../src/codec/parquet/parquet-encoder.ts";
import { parquetSettings } from "../../src/codec/parquet/parquet-settings.ts";
import { checkPages } from "../../src/codec/parquet/check-pages.ts";
import { IcebergError } from "../../src/iceberg-error.ts";
import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";
import { openParquetFile } from "../../src/scan/parquet-file.ts";
import type { NestedField, PrimitiveType } from "../../src/spec/type.ts";

const LOCATION = "memory://file";
const FIELDS: readonly (NestedField & { readonly type: PrimitiveType })[] = [
  { id: 1, name: "id", required: false, type: { kind: "long" } },
  { id: 2, name: "text", required: false, type: { kind: "string" } },
  { id: 3, name: "value", required: false, type: { kind: "double" } },
];
/** Changed bytes of others reach runs whose length hyparquet does not hold to the page. */
const CODECS = ["zstd", "gzip"] as const;

function fileOf(codec: (typeof CODECS)[number]): Uint8Array {
  const encoder = new ParquetEncoder({
    fields: FIELDS,
    settings: parquetSettings({ "write.parquet.compression-codec": codec }),
    keyValues: {},
    createdBy: "test",
  });
  const rows = Array.from({ length: 50 }, (_, row) => row);
  const columns = [
    rows.map((row) => (row % 7 === 0 ? null : BigInt(row))),
    rows.map((row) => `text ${row % 5}`),
    rows.map((row) => (row % 3 === 0 ? null : row / 3)),
  ];
  const parts = [encoder.header()];
  for (const [index, { type }] of FIELDS.entries()) {
    encoder.appendColumn(index, columnFromValues(columnTypeOf(type), columns[index] ?? []));
  }
  encoder.endRows(rows.length);
  parts.push(...encoder.finishRowGroup().parts);
  return Buffer.concat([...parts, encoder.footer()]);
}

/** The next field of a Thrift structure, an i32 (compact protocol: zigzag varint). */
const field = (value: number): number[] => {
  const bytes = [0x15];
  let rest = value < 0 ? -value * 2 - 1 : value * 2;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
};

/** A page header by Thrift's compact protocol: `type`, sizes, and values of a data page. */
function pageHeader(valueCount: number, size: number): Buffer {
  // DataPageHeader is field 5, two behind field 3; encodings are PLAIN and RLE.
  const data = [...field(valueCount), ...field(0), ...field(3), ...field(3), 0];
  return Buffer.from([...field(0), ...field(size), ...field(size), 0x2c, ...data, 0]);
}

const page = (valueCount: number, size = 4): Buffer =>
  Buffer.concat([pageHeader(valueCount, size), Buffer.alloc(4)]);

describe("the pages of a column chunk", () => {
  test("are as they say", () => {
    expect(() => checkPages(Buffer.concat([page(10), page(20)]), 30)).not.toThrow();
  });

  test.each<[string, Buffer, number]>([
    ["fewer values than the footer has", page(10), 11],
    ["more of them", Buffer.concat([page(10), page(20)]), 29],
    ["values for all of the memory", page(2 ** 30), 2 ** 30],
    ["a page beyond the chunk", page(10, 5000), 10],
    ["a negative size", page(10, -1), 10],
  ])("refused: %s", (_what, bytes, valueCount) => {
    expect(() => checkPages(bytes, valueCount)).toThrow(IcebergError);
  });
});

async function readAll(bytes: Uint8Array): Promise<void> {
  const fileIo = createMemoryFileIo();
  await fileIo.write(LOCATION, bytes);
  const file = await openParquetFile(fileIo, LOCATION, bytes.length);
  for (const range of file.ranges) {
    for (const { id, type } of FIELDS) {
      const column = await file.readColumn(id, type, range);
      if (column !== undefined && isFlatColumn(column)) valuesOf(column);
    }
  }
}

test.each(CODECS)(
  "Parquet files of %s that are nearly right are read, or refused by the package's own error",
  async (codec) => {
    expect(
      await fuzzBytes({
        samples: [fileOf(codec)],
        rounds: 2_000,
        check: async (bytes) => {
          const before = process.memoryUsage().arrayBuffers;
          try {
            await readAll(bytes);
          } catch (error) {
            if (!(error instanceof IcebergError)) throw error;
          }
          const grownBytes = process.memoryUsage().arrayBuffers - before;
          if (grownBytes > 500_000_000) throw new Error(`${grownBytes} bytes at once`);
        },
      }),
    ).toBeGreaterThan(0);
  },
);
