import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, test } from "vitest";

import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";
import { openParquetFile } from "../../src/scan/parquet-file.ts";

const LOCATION = "memory://file";

// Files that were added to a table as they are: Iceberg's own have microseconds.
test.each([
  ["milliseconds", "MILLIS"],
  ["nanoseconds", "NANOS"],
] as const)("times in %s are not read as microseconds", async (_, unit) => {
  const logical = { type: "TIMESTAMP", isAdjustedToUTC: true, unit } as const;
  const bytes = new Uint8Array(
    parquetWriteBuffer({
      columnData: [{ name: "at", data: [1n, 2n, 3n] }],
      schema: [
        { name: "root", num_children: 1 },
        {
          name: "at",
          type: "INT64",
          repetition_type: "REQUIRED",
          field_id: 1,
          logical_type: logical,
        },
      ],
    }),
  );
  const fileIo = createMemoryFileIo();
  await fileIo.write(LOCATION, bytes);
  const file = await openParquetFile(fileIo, LOCATION, bytes.length);
  const [range] = file.ranges;
  const read = file.readColumn(1, { kind: "timestamptz" }, range ?? { rowStart: 0, rowEnd: 0 });
  await expect(read).rejects.toMatchObject({ code: "UNSUPPORTED" });
});
