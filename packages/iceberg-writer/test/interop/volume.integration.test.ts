import { createHash } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { columnBatch, columnFromValues } from "@salon/columns";
import type { ColumnBatch } from "@salon/columns";
import { useSharedReader } from "@salon/testkit";
import { describe, expect, it } from "vitest";

import {
  createTable,
  definePartitionSpec,
  defineSchema,
  identifierToString,
  openCatalog,
  openTable,
} from "../../src/index.ts";
import type { DataFile, Table } from "../../src/index.ts";
import {
  freshNamespace,
  fromAll,
  readByAll,
  restCatalog,
  sharedCatalogs,
} from "./catalogs-of-engines.ts";

const spark = await useSharedReader("spark");
const pyiceberg = await useSharedReader("pyiceberg");
const duckdb = await useSharedReader("duckdb");
const engines = [spark, pyiceberg, duckdb];

const mebibyte = 1024 * 1024;
const schema = defineSchema({ id: "int", text: "string" });

/** Rows `[0, count)` in batches, each with a text of that many characters that compress little. */
function* batchesOf(count: number, textLength: number): Generator<ColumnBatch> {
  const rowsPerBatch = 8192;
  for (let start = 0; start < count; start += rowsPerBatch) {
    const ids = Array.from({ length: Math.min(rowsPerBatch, count - start) }, (_, i) => start + i);
    const texts = ids.map((id) => {
      const hash = createHash("shake256", { outputLength: Math.ceil((textLength * 3) / 4) });
      return hash.update(String(id)).digest("base64").slice(0, textLength);
    });
    yield columnBatch({
      id: columnFromValues({ kind: "int32" }, ids),
      text: columnFromValues({ kind: "utf8" }, texts),
    });
  }
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes that are held on to: garbage comes and goes with the machine's load. */
function retainedBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function* streamOf(batches: Iterable<ColumnBatch>): AsyncGenerator<ColumnBatch> {
  yield* batches;
}

async function filesOf(table: Table): Promise<readonly DataFile[]> {
  const files = new Map<string, DataFile>();
  for await (const { dataFile } of table.scan({ columns: ["id"] })) {
    files.set(dataFile.filePath, dataFile);
  }
  return [...files.values()];
}

/** How many rows DuckDB finds, how many ids, and of what length the texts are. */
async function countsOf(table: Table): Promise<unknown> {
  const name = identifierToString(table.identifier);
  const counts = await duckdb.sql(
    `SELECT count(*)::INT AS rows, count(DISTINCT id)::INT AS ids, sum(length(text))::INT AS characters
      FROM interop_volume.${name}`,
    { interop_volume: restCatalog.reference },
  );
  return counts[0];
}

describe("a large append", () => {
  it("is cut into files of the table's target size", async () => {
    await using catalog = await openCatalog(restCatalog.settings);
    const table = await createTable(catalog, `${freshNamespace("volume")}.rolled`, {
      schema,
      properties: { "write.target-file-size-bytes": String(mebibyte) },
    });
    await table.append(streamOf(batchesOf(100_000, 60)));
    const files = await filesOf(table);
    const sizes = files.map(({ fileSizeInBytes }) => fileSizeInBytes).sort((a, b) => a - b);
    expect(sizes.length).toBeGreaterThan(3);
    // All but the last reach the target, and pass it by less than a batch of rows.
    expect(sizes[1]).toBeGreaterThan(0.8 * mebibyte);
    expect(sizes.at(-1)).toBeLessThan(1.8 * mebibyte);
    expect(await countsOf(table)).toEqual({ rows: 100_000, ids: 100_000, characters: 6_000_000 });
  });

  it("is read alike from pages of version 2, whatever integers do", async () => {
    await using catalog = await openCatalog(restCatalog.settings);
    const name = `${freshNamespace("volume")}.deltas`;
    const table = await createTable(catalog, name, {
      schema: defineSchema({ id: "int", even: "long", rough: "long", wild: "long" }),
      properties: { "write.parquet.page-version": "v2" },
    });
    const rows = Array.from({ length: 30_000 }, (_, id) => ({
      id,
      even: 2n ** 40n + BigInt(id),
      rough: id % 5 === 0 ? null : BigInt((id * id) % 1_000_003),
      wild: BigInt.asIntN(64, BigInt(id + 1) * 0x9e3779b97f4a7c15n),
    }));
    await table.append(rows);
    const encodings = await duckdb.sql(
      `SELECT path_in_schema AS path, encodings
        FROM parquet_metadata('${(await filesOf(table))[0]!.filePath}') WHERE path <> 'id'`,
      { interop_volume: restCatalog.reference },
    );
    expect(encodings.map(({ encodings: used }) => used)).toEqual(
      Array.from({ length: 3 }, () => expect.stringContaining("DELTA_BINARY_PACKED")),
    );
    const read = { catalog: restCatalog.reference, table: name };
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, rows));
  });

  it("keeps no more partitions open than allowed", async () => {
    await using catalog = await openCatalog(restCatalog.settings);
    const table = await createTable(catalog, `${freshNamespace("volume")}.partitioned`, {
      schema,
      partitionSpec: definePartitionSpec(schema, { bucket: "bucket[20](id)" }),
    });
    const rows = Array.from(batchesOf(4096, 10));
    await table.append(streamOf([...rows, ...rows]), { maxOpenPartitions: 4 });
    const files = await filesOf(table);
    // Each partition comes round once a batch and is closed by the ones that follow.
    expect(files).toHaveLength(40);
    expect(new Set(files.map(({ partition }) => partition[0])).size).toBe(20);
    expect(await countsOf(table)).toEqual({ rows: 8192, ids: 4096, characters: 81_920 });
  });

  it("takes memory by its limit and not by its size", async () => {
    await using catalog = await openCatalog(restCatalog.settings);
    const table = await createTable(catalog, `${freshNamespace("volume")}.streamed`, { schema });
    const rowCount = 1_000_000;
    const peaks = { firstHalf: 0, secondHalf: 0 };
    function* watched(): Generator<ColumnBatch> {
      let rows = 0;
      let batches = 0;
      for (const batch of batchesOf(rowCount, 300)) {
        yield batch;
        rows += batch.rowCount;
        if (++batches % 8 !== 0) continue;
        const half = rows <= rowCount / 2 ? "firstHalf" : "secondHalf";
        peaks[half] = Math.max(peaks[half], retainedBytes());
      }
    }
    const memoryLimitBytes = 16 * mebibyte;
    await table.append(streamOf(watched()), { memoryLimitBytes });
    const files = await filesOf(table);
    const writtenBytes = files.reduce((sum, file) => sum + file.fileSizeInBytes, 0);
    expect(writtenBytes).toBeGreaterThan(210 * mebibyte);
    expect(peaks.secondHalf - peaks.firstHalf).toBeLessThan(memoryLimitBytes / 2);
    expect(await countsOf(table)).toEqual({
      rows: rowCount,
      ids: rowCount,
      characters: 300 * rowCount,
    });
  });
});

async function appendTen(table: Table, writer: number): Promise<void> {
  for (let number = 0; number < 10; number += 1) {
    await table.append([{ id: writer * 10 + number, text: `by ${writer}` }]);
  }
}

describe.each(sharedCatalogs)("two appenders in %s", (_, { settings, reference }) => {
  it("lose none of their appends", async () => {
    const name = `${freshNamespace("rivals")}.shared`;
    await using first = await openCatalog(settings);
    await using second = await openCatalog(settings);
    const table = await createTable(first, name, {
      schema,
      properties: {
        "commit.retry.num-retries": "30",
        "commit.retry.min-wait-ms": "20",
        "commit.manifest.min-count-to-merge": "3",
      },
    });
    await Promise.all([
      appendTen(table, 0),
      openTable(second, name).then((rival) => appendTen(rival, 1)),
    ]);
    await table.refresh();
    expect(table.metadata.snapshots).toHaveLength(20);
    const expected = Array.from({ length: 20 }, (_row, id) => ({
      id,
      text: `by ${Math.floor(id / 10)}`,
    }));
    const read = { catalog: reference, table: name };
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, expected));
  });
});
