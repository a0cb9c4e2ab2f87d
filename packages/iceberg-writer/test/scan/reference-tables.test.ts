import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rowAt, type ColumnValue } from "@salon/columns";
import { expect, test } from "vitest";
import {
  createMemoryFileIo,
  currentSchema,
  currentSnapshot,
  describeType,
  parseTableMetadata,
  planFiles,
  scanTable,
  type FileIo,
  type PrimitiveType,
  type TableMetadata,
} from "../../src/index.ts";
import { isPrimitiveType } from "../../src/spec/type.ts";
import { rowValue } from "../../src/writer/row-value.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures/iceberg-verification", import.meta.url));
const ROW_KEY = "__rowkey";

interface ReferenceTable {
  readonly metadata: TableMetadata;
  readonly fileIo: FileIo;
  readonly observation: Observation;
}

/** What every implementation must see; the ids are those of `schema`, not those of the table. */
interface Observation {
  readonly "iceberg-schema": readonly {
    readonly "field-id": number;
    readonly name: string;
    readonly type: string;
  }[];
  readonly "decoded-rows": readonly Readonly<Record<string, { readonly value: string }>>[];
}

const REFERENCE_TABLES = [
  ["v2_read_append_timetravel", "00002-90bb89d1-37af-4ca4-b24a-2f99d52bd063"],
  ["v2_types_decimal_uuid_binary_read", "00001-b25d4eaa-24d4-44c1-8da4-753017f20605"],
  ["v2_types_temporal_read", "00001-f528246e-2781-4127-8ca0-6fefdb7b6eaf"],
] as const;

/** The files of a table under the locations that its metadata has: those of its maker's machine. */
async function openReferenceTable(name: string, metadataName: string): Promise<ReferenceTable> {
  const folder = join(FIXTURES, name, "bytes");
  const root = (await readFile(join(folder, "ROOT"), "utf8")).trim();
  const fileIo = createMemoryFileIo();
  let metadata: TableMetadata | undefined;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === "ROOT") continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    const location = `${root}/${relative(folder, path).split(sep).join("/")}`;
    // The Java writer was given a plain path, the Go writer a URI.
    await fileIo.write(location, bytes);
    await fileIo.write(`file://${location}`, bytes);
    if (entry.name === `${metadataName}.metadata.json`) {
      metadata = parseTableMetadata(bytes.toString());
    }
  }
  if (metadata === undefined) throw new Error(`${name} has no metadata file ${metadataName}`);
  const expected: { readonly observations: readonly [Observation] } = JSON.parse(
    await readFile(join(FIXTURES, name, "expected.json"), "utf8"),
  );
  return { metadata, fileIo, observation: expected.observations[0] };
}

type ReadRow = Readonly<Record<string, ColumnValue | null>>;

async function readRows(table: ReferenceTable, snapshotId?: bigint): Promise<readonly ReadRow[]> {
  const rows: ReadRow[] = [];
  for await (const { batch } of scanTable({ table, snapshotId })) {
    for (let row = 0; row < batch.rowCount; row++) rows.push(rowAt(batch, row));
  }
  return rows.toSorted((left, right) => (rowKeyOf(left) < rowKeyOf(right) ? -1 : 1));
}

function rowKeyOf({ [ROW_KEY]: rowKey }: ReadRow): string {
  if (typeof rowKey !== "string") throw new Error(`a row without its ${ROW_KEY}`);
  return rowKey;
}

/** The corpus writes bytes as hexadecimal digits and leaves nulls out. */
function expectedRows({ metadata, observation }: ReferenceTable): readonly ReadRow[] {
  const { fields } = currentSchema(metadata);
  return observation["decoded-rows"].map((row) =>
    Object.fromEntries(
      observation["iceberg-schema"].map(({ "field-id": id, name }) => {
        const type = fields.find((field) => field.name === name)?.type;
        if (type === undefined || !isPrimitiveType(type)) throw new Error(`no column ${name}`);
        const text = row[id]?.value;
        return [name, text === undefined ? null : valueOf(type, text)];
      }),
    ),
  );
}

function valueOf(type: PrimitiveType, text: string): ColumnValue {
  if (type.kind === "long") return BigInt(text);
  const isBytes = type.kind === "fixed" || type.kind === "binary";
  return rowValue(type, isBytes ? Uint8Array.from(Buffer.from(text, "hex")) : text);
}

test.each(REFERENCE_TABLES)("reads %s as the corpus expects", async (name, metadataName) => {
  const table = await openReferenceTable(name, metadataName);
  const { observation } = table;
  expect(
    currentSchema(table.metadata).fields.map((field) => [field.name, describeType(field.type)]),
  ).toEqual(observation["iceberg-schema"].map((field) => [field.name, field.type]));
  expect(await readRows(table)).toEqual(expectedRows(table));
});

// The rows of the first of the two appends: its snapshot's summary says that they are two.
test("reads an earlier snapshot of a reference table", async () => {
  const table = await openReferenceTable(...REFERENCE_TABLES[0]);
  expect(await readRows(table, 3022689860945069661n)).toEqual(expectedRows(table).slice(0, 2));
});

test.each(REFERENCE_TABLES)(
  "plans the files of %s as its summary counts them",
  async (...names) => {
    const table = await openReferenceTable(...names);
    const summary = currentSnapshot(table.metadata)?.summary;
    const files = await Array.fromAsync(planFiles(table));
    expect({
      "total-data-files": String(files.length),
      "total-records": String(files.reduce((sum, { dataFile }) => sum + dataFile.recordCount, 0)),
      "total-files-size": String(
        files.reduce((sum, { dataFile }) => sum + dataFile.fileSizeInBytes, 0),
      ),
    }).toEqual({
      "total-data-files": summary?.["total-data-files"],
      "total-records": summary?.["total-records"],
      "total-files-size": summary?.["total-files-size"],
    });
  },
);
