import { rowAt } from "@salon/columns";
import { appendToTable, createMemoryFileIo, openCatalog, scanTable } from "@salon/iceberg-writer";
import type { Catalog, CatalogTable, DataFile, FileIo } from "@salon/iceberg-writer";
import type { RecordChunk } from "@salon/kafka-io";
import { ratingsRules, ratingsSchema } from "@salon/schema";
import type { EncodedChunk, Encoders, EncodedUnit, UnitForm } from "../../src/encoding/encoders.ts";
import { bronzeLayout } from "../../src/mapping/bronze-schema.ts";
import { DEAD_LETTER_LAYOUT } from "../../src/mapping/dead-letter-schema.ts";

/** What the records of these tests are held to. */
export const FORM = { events: ratingsSchema, rules: ratingsRules, timeZone: "UTC" };
const PROCESSED_AT_MS = 1_736_937_000_000;

/** Two tables in memory, one for rows and one for dead letters. */
export class UnitTables implements AsyncDisposable {
  readonly #catalog: Catalog;
  readonly rows: CatalogTable;
  readonly deadLetters: CatalogTable;

  private constructor(catalog: Catalog, rows: CatalogTable, deadLetters: CatalogTable) {
    this.#catalog = catalog;
    this.rows = rows;
    this.deadLetters = deadLetters;
  }

  static async create(): Promise<UnitTables> {
    const catalog = await openCatalog({ type: "memory" });
    const layout = bronzeLayout(ratingsSchema, "string");
    const rows = await catalog.createTable({ namespace: [], name: "rows" }, layout);
    const dead = await catalog.createTable({ namespace: [], name: "dead" }, DEAD_LETTER_LAYOUT);
    return new UnitTables(catalog, rows, dead);
  }

  /** The form of a unit that goes into these tables, or into those of another storage. */
  form(fileIo?: FileIo): UnitForm {
    const { rows, deadLetters } = this;
    const table = ({ metadata, fileIo: own }: CatalogTable) => ({
      metadata,
      fileIo: fileIo ?? own,
    });
    return {
      snapshotId: 7n,
      table: table(rows),
      binding: { dateTimes: {}, processedTimestamp: "timestamptz" },
      deadLetters: { table: table(deadLetters), hasHeaders: true },
      memoryLimitBytes: 64 * 1024 * 1024,
    };
  }

  /** All rows of data files once they are in the table, by partition and offset. */
  async rowsOf(table: CatalogTable, dataFiles: readonly DataFile[]): Promise<readonly unknown[]> {
    const catalog = this.#catalog;
    const appended = await appendToTable({ catalog, table, request: { dataFiles } });
    const rows: Record<string, unknown>[] = [];
    for await (const { batch } of scanTable({ table: appended })) {
      for (let row = 0; row < batch.rowCount; row++) rows.push(rowAt(batch, row));
    }
    return rows.toSorted((left, right) => compare(place(left), place(right)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#catalog[Symbol.asyncDispose]();
  }
}

function place(row: Record<string, unknown>): string {
  return `${String(row["_kafka_partition"])}/${String(row["_kafka_offset"]).padStart(9, "0")}`;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

/** What a unit of chunks came to. */
export interface WrittenUnit {
  readonly chunks: readonly EncodedChunk[];
  readonly unit: EncodedUnit;
}

/** Writes a unit, as many chunks at once as there is room for. */
export async function writeUnit(
  encoders: Encoders,
  form: UnitForm,
  chunks: readonly RecordChunk[],
): Promise<WrittenUnit> {
  await using unit = encoders.openUnit(form);
  const writing: Promise<EncodedChunk>[] = [];
  for (const chunk of chunks) {
    const written = unit.write(chunk, PROCESSED_AT_MS);
    writing.push(written);
    await (encoders.room === undefined ? written : encoders.room());
  }
  const encoded = await Promise.all(writing);
  return { chunks: encoded, unit: await unit.close() };
}

/** Storage in memory that fails where it is told to, and knows what is left in it. */
export function failingFileIo(fail: (location: string) => Error | undefined): {
  readonly fileIo: FileIo;
  readonly locations: () => Promise<readonly string[]>;
} {
  const memory = createMemoryFileIo();
  const fileIo: FileIo = {
    ...boundOf(memory),
    async openWrite(location, options) {
      const output = await memory.openWrite(location, options);
      return {
        location,
        get length() {
          return output.length;
        },
        write: (bytes) => output.write(bytes),
        async close() {
          const error = fail(location);
          if (error !== undefined) throw error;
          await output.close();
        },
        [Symbol.asyncDispose]: () => output[Symbol.asyncDispose](),
      };
    },
  };
  return {
    fileIo,
    async locations() {
      const found: string[] = [];
      for await (const { location } of memory.list("memory://")) found.push(location);
      return found;
    },
  };
}

function boundOf(fileIo: FileIo): FileIo {
  return {
    schemes: fileIo.schemes,
    read: (...given) => fileIo.read(...given),
    readRange: (...given) => fileIo.readRange(...given),
    stat: (...given) => fileIo.stat(...given),
    write: (...given) => fileIo.write(...given),
    createExclusive: (...given) => fileIo.createExclusive(...given),
    openWrite: (...given) => fileIo.openWrite(...given),
    delete: (...given) => fileIo.delete(...given),
    list: (...given) => fileIo.list(...given),
    listFolders: (...given) => fileIo.listFolders(...given),
    [Symbol.asyncDispose]: () => fileIo[Symbol.asyncDispose](),
  };
}
