import { randomUUID } from "node:crypto";
import type { ColumnBatch } from "@salon/columns";
import type { CatalogTable } from "../catalog/catalog.ts";
import { parquetNodeOf } from "../codec/parquet/parquet-schema.ts";
import { countProperty } from "../codec/parquet/parquet-settings.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { OperationOptions } from "../io/file-io.ts";
import type { DataFile } from "../spec/data-file.ts";
import { partitionSpecById, schemaById } from "../spec/table-metadata.ts";
import type { Schema } from "../spec/schema.ts";
import type { PrimitiveValue } from "../spec/value.ts";
import { conformBatch } from "./conform-batch.ts";
import { DataFileWriter } from "./data-file-writer.ts";
import { createLocationProvider, type LocationProvider } from "./location-provider.ts";
import { createPartitionSplitter, type PartitionSplitter } from "./partition-splitter.ts";
import { RollingFileWriter } from "./rolling-file-writer.ts";

/** Which table to write for, and the limits of the writer. */
export interface TableWriterOptions {
  readonly table: Pick<CatalogTable, "metadata" | "fileIo">;
  /** The current schema by default. */
  readonly schemaId?: number | undefined;
  /** The default spec by default. */
  readonly specId?: number | undefined;
  /** The table's `write.target-file-size-bytes` by default. */
  readonly targetFileSizeBytes?: number | undefined;
  /** Files open at once; past it, the one that got no rows for longest is closed. */
  readonly maxOpenPartitions?: number | undefined;
  /** Bytes of rows held; past it, the largest partition stores its rows as a row group. */
  readonly memoryLimitBytes?: number | undefined;
  /** Makes the names of this writer's files unique; drawn at random by default. */
  readonly uuid?: string | undefined;
}

/**
 * Writes rows as data files of a table, which are no part of it until they are appended. Calls
 * follow one another: each waits for the one before.
 */
export interface TableWriter extends AsyncDisposable {
  readonly rowCount: number;
  /** About the bytes of Parquet written or held so far. */
  readonly estimatedBytes: number;
  /** Bytes of memory that rows take which are not stored yet. */
  readonly bufferedBytes: number;
  /**
   * Appends rows; columns, and fields of structs, are matched by name, int32 widens to long and
   * float32 to double, absent optional ones are null. `SCHEMA_MISMATCH` for one that the table does
   * not have, for an absent required one and for another type; `VALUE_INVALID` for a null in a
   * required one: a batch that is refused so leaves nothing. After any other error all further
   * calls throw it.
   */
  write(batch: ColumnBatch, options?: OperationOptions): Promise<void>;
  /** Stores all rows, and answers the files. Without it, disposal deletes what was written. */
  close(options?: OperationOptions): Promise<readonly DataFile[]>;
}

const MEBIBYTE = 1024 * 1024;

/**
 * Opens a writer of a table's data files. `UNSUPPORTED` where the spec has a transform that is not
 * known, the schema a struct without fields or the table encrypted, `SETTINGS_INVALID` for table
 * properties that make no sense, `METADATA_INVALID` for ids that the table does not have.
 */
export function openTableWriter(options: TableWriterOptions): TableWriter {
  return new PartitionedTableWriter(options);
}

interface OpenPartition {
  readonly writer: RollingFileWriter;
  readonly key: string;
}

class PartitionedTableWriter implements TableWriter {
  readonly #table: TableWriterOptions["table"];
  readonly #schema: Schema;
  readonly #specId: number;
  readonly #splitter: PartitionSplitter;
  readonly #locations: LocationProvider;
  readonly #uuid: string;
  readonly #targetFileSizeBytes: number;
  readonly #maxOpenPartitions: number;
  readonly #memoryLimitBytes: number;

  /** The one that got rows last comes last. */
  readonly #open = new Map<string, OpenPartition>();
  readonly #startedLocations: string[] = [];
  readonly #dataFiles: DataFile[] = [];
  #closedBytes = 0;
  #rowCount = 0;
  #failure: { readonly cause: unknown } | undefined;
  #closing: Promise<readonly DataFile[]> | undefined;

  constructor(options: TableWriterOptions) {
    const { table } = options;
    const { metadata } = table;
    const spec = partitionSpecById(metadata, options.specId ?? metadata.defaultSpecId);
    const keyId = metadata.properties["encryption.key-id"];
    if (keyId !== undefined) {
      throw new IcebergError(
        "UNSUPPORTED",
        `files of this table must be encrypted (encryption.key-id is ${keyId}), and would not be`,
      );
    }
    this.#table = table;
    this.#schema = schemaById(metadata, options.schemaId ?? metadata.currentSchemaId);
    // Says at once what Parquet cannot store.
    for (const field of this.#schema.fields) parquetNodeOf(field);
    this.#specId = spec.specId;
    this.#splitter = createPartitionSplitter(spec, this.#schema);
    this.#locations = createLocationProvider(metadata);
    this.#uuid = options.uuid ?? randomUUID();
    const { properties } = metadata;
    this.#targetFileSizeBytes =
      options.targetFileSizeBytes ??
      countProperty(properties, "write.target-file-size-bytes", 512 * MEBIBYTE, 1);
    this.#maxOpenPartitions = options.maxOpenPartitions ?? 64;
    this.#memoryLimitBytes = options.memoryLimitBytes ?? 128 * MEBIBYTE;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  get estimatedBytes(): number {
    let bytes = this.#closedBytes;
    for (const { writer } of this.#open.values()) bytes += writer.estimatedBytes;
    return bytes;
  }

  get bufferedBytes(): number {
    let bytes = 0;
    for (const { writer } of this.#open.values()) bytes += writer.bufferedBytes;
    return bytes;
  }

  async write(batch: ColumnBatch, options: OperationOptions = {}): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.cause;
    const conformed = conformBatch(this.#schema.fields, batch);
    try {
      await this.#writePartitions(conformed, options);
    } catch (cause) {
      // Some columns may have rows that others lack: nothing of it may become a file.
      this.#failure = { cause };
      throw cause;
    }
  }

  close(options: OperationOptions = {}): Promise<readonly DataFile[]> {
    this.#closing ??= this.#closeAll(options);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // `return writer.close()` disposes before it is done: only a failed close is undone.
    const closed = await this.#closing?.catch(() => undefined);
    if (closed !== undefined) return;
    for (const { writer } of this.#open.values()) await writer[Symbol.asyncDispose]();
    for (const location of this.#startedLocations) await this.#table.fileIo.delete(location);
  }

  async #writePartitions(batch: ColumnBatch, options: OperationOptions): Promise<void> {
    for (const { key, path, values, rows } of this.#splitter.split(batch)) {
      options.signal?.throwIfAborted();
      const writer = await this.#writerOf(key, path, values, options);
      await writer.write(batch, rows, options);
      this.#rowCount += rows?.length ?? batch.rowCount;
      await this.#boundMemory(options);
    }
  }

  async #closeAll(options: OperationOptions): Promise<readonly DataFile[]> {
    if (this.#failure !== undefined) throw this.#failure.cause;
    for (const partition of this.#open.values()) await this.#closePartition(partition, options);
    return this.#dataFiles;
  }

  async #writerOf(
    key: string,
    path: string,
    values: readonly (PrimitiveValue | null)[],
    options: OperationOptions,
  ): Promise<RollingFileWriter> {
    const known = this.#open.get(key);
    if (known !== undefined) {
      this.#open.delete(key);
      this.#open.set(key, known);
      return known.writer;
    }
    const [leastRecent] = this.#open.values();
    if (leastRecent !== undefined && this.#open.size >= this.#maxOpenPartitions) {
      await this.#closePartition(leastRecent, options);
    }
    const writer = new RollingFileWriter({
      openFile: () => this.#openFile(path, values),
      targetFileSizeBytes: this.#targetFileSizeBytes,
    });
    this.#open.set(key, { key, writer });
    return writer;
  }

  #openFile(path: string, partition: readonly (PrimitiveValue | null)[]): DataFileWriter {
    // As Iceberg's OutputFileFactory names files: partition number, task, operation, file number.
    const fileNumber = String(this.#startedLocations.length + 1).padStart(5, "0");
    const fileName = `00000-0-${this.#uuid}-${fileNumber}.parquet`;
    const location = this.#locations.newDataLocation(path, fileName);
    this.#startedLocations.push(location);
    return new DataFileWriter({
      fileIo: this.#table.fileIo,
      location,
      schema: this.#schema,
      specId: this.#specId,
      partition,
      properties: this.#table.metadata.properties,
    });
  }

  async #closePartition({ key, writer }: OpenPartition, options: OperationOptions): Promise<void> {
    await writer.closeFile(options);
    this.#open.delete(key);
    this.#dataFiles.push(...writer.dataFiles);
    for (const { fileSizeInBytes } of writer.dataFiles) this.#closedBytes += fileSizeInBytes;
  }

  async #boundMemory(options: OperationOptions): Promise<void> {
    while (this.bufferedBytes > this.#memoryLimitBytes) {
      let largest: RollingFileWriter | undefined;
      for (const { writer } of this.#open.values()) {
        if (largest === undefined || writer.bufferedBytes > largest.bufferedBytes) largest = writer;
      }
      await largest?.flush(options);
    }
  }
}
