import { columnFromValues, isFlatColumn, valuesOf } from "@salon/columns";
import { fuzzBytes } from "@salon/testkit";
import { expect, test } from "vitest";
import { columnTypeOf } from "../../src/codec/column-type.ts";
import { ParquetEncoder } from "../../src/codec/parquet/parquet-encoder.ts";
import { parquetSettings } from "../../src/codec/parquet/parquet-settings.ts";
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
/** Without a codec every change reaches levels, indices and values. */
const CODECS = ["zstd", "gzip", "snappy", "uncompressed"] as const;

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
