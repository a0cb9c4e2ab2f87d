import { setImmediate } from "node:timers/promises";
import type { ColumnBatch } from "@salon/columns";
import { ParquetEncoder } from "../codec/parquet/parquet-encoder.ts";
import type { RowSelection } from "../codec/parquet/column-source.ts";
import { parquetSettings, type ParquetSettings } from "../codec/parquet/parquet-settings.ts";
import type { FileIo, OperationOptions, OutputFile } from "../io/file-io.ts";
import type { DataFile } from "../spec/data-file.ts";
import { serializeJson } from "../spec/iceberg-json.ts";
import { schemaToJson, type Schema } from "../spec/schema.ts";
import type { PrimitiveValue } from "../spec/value.ts";
import { VERSION } from "../version.ts";
import { DataFileMetricsCollector } from "./data-file-metrics.ts";
import { metricsModes, type MetricsMode } from "./metrics-mode.ts";

/** What a data file is to be. */
export interface DataFileWriterOptions {
  readonly fileIo: FileIo;
  readonly location: string;
  readonly schema: Schema;
  readonly specId: number;
  /** One value per field of the spec. */
  readonly partition: readonly (PrimitiveValue | null)[];
  /** The table's; `write.parquet.*` and `write.metadata.metrics.*` are obeyed. */
  readonly properties: Readonly<Record<string, string>>;
}

const CREATED_BY = `salon version ${VERSION}`;

/** Values that are encoded between two turns of the event loop: a few milliseconds' worth. */
const VALUES_PER_TURN = 262_144;
/** Row groups are handed to storage in pieces of about this size. */
const OUTPUT_PIECE_BYTES = 1024 * 1024;

/**
 * Writes one Parquet data file. Calls follow one another: each waits for the one before. Row groups
 * are stored as they fill; the file is opened when the first one is. `close` makes it visible,
 * disposal without `close` leaves nothing.
 *
 * Errors: `SETTINGS_INVALID` and `UNSUPPORTED` when opened, those of the file's storage afterwards.
 */
export class DataFileWriter implements AsyncDisposable {
  readonly #options: DataFileWriterOptions;
  readonly #settings: ParquetSettings;
  readonly #modes: ReadonlyMap<number, MetricsMode>;
  readonly #encoder: ParquetEncoder;
  readonly #metrics: DataFileMetricsCollector;
  #output: OutputFile | undefined;
  #rowCount = 0;
  #valuesSinceTurn = 0;

  constructor(options: DataFileWriterOptions) {
    const { schema, properties } = options;
    this.#options = options;
    this.#settings = parquetSettings(properties);
    this.#modes = metricsModes(schema, properties);
    this.#encoder = new ParquetEncoder({
      fields: schema.fields,
      settings: this.#settings,
      keyValues: { "iceberg.schema": serializeJson(schemaToJson(schema)) },
      createdBy: CREATED_BY,
    });
    this.#metrics = new DataFileMetricsCollector(this.#encoder.leaves);
  }

  get location(): string {
    return this.#options.location;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Bytes of memory that the rows which are not stored yet take. */
  get bufferedBytes(): number {
    return this.#encoder.openRowCount === 0 ? 0 : this.#encoder.bufferedBytes;
  }

  /** About the length of the file if it ended here, without its footer. */
  get estimatedBytes(): number {
    return this.#encoder.offset + this.#encoder.estimatedBytes;
  }

  /**
   * Appends the selected rows of a batch whose columns are the schema's, in its order
   * (`conformBatch`). A row group ends where a call does.
   */
  async write(
    batch: ColumnBatch,
    selection?: RowSelection,
    options: OperationOptions = {},
  ): Promise<void> {
    await this.#appendRows(batch, selection, options);
    if (this.#encoder.estimatedBytes >= this.#settings.rowGroupSizeBytes) {
      await this.flush(options);
    }
  }

  /** Stores the rows so far as a row group. */
  async flush(options: OperationOptions = {}): Promise<void> {
    if (this.#encoder.openRowCount === 0) return;
    const output = await this.#openOutput(options);
    const rowGroup = this.#encoder.finishRowGroup();
    this.#metrics.add(rowGroup);
    for (const piece of joinedPieces(rowGroup.parts)) {
      options.signal?.throwIfAborted();
      await output.write(piece);
    }
  }

  /** Stores what is left and makes the file visible. */
  async close(options: OperationOptions = {}): Promise<DataFile> {
    await this.flush(options);
    const output = await this.#openOutput(options);
    await output.write(this.#encoder.footer());
    await output.close();
    this.#output = undefined;
    const { location, specId, partition } = this.#options;
    return {
      content: "data",
      filePath: location,
      fileFormat: "PARQUET",
      partition,
      specId,
      recordCount: this.#rowCount,
      fileSizeInBytes: this.#encoder.offset,
      ...this.#metrics.metrics(this.#modes),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const output = this.#output;
    this.#output = undefined;
    await output?.[Symbol.asyncDispose]();
  }

  /** Column by column, so that whatever else the process does is never late by a whole batch. */
  async #appendRows(
    batch: ColumnBatch,
    selection: RowSelection,
    options: OperationOptions,
  ): Promise<void> {
    const rowCount = selection?.length ?? batch.rowCount;
    for (const [index, column] of batch.columns.entries()) {
      this.#encoder.appendColumn(index, column, selection);
      this.#valuesSinceTurn += rowCount;
      if (this.#valuesSinceTurn >= VALUES_PER_TURN) {
        this.#valuesSinceTurn = 0;
        await setImmediate();
        options.signal?.throwIfAborted();
      }
    }
    this.#encoder.endRows(rowCount);
    this.#rowCount += rowCount;
  }

  async #openOutput(options: OperationOptions): Promise<OutputFile> {
    if (this.#output === undefined) {
      const { fileIo, location } = this.#options;
      this.#output = await fileIo.openWrite(location, options);
      await this.#output.write(this.#encoder.header());
    }
    return this.#output;
  }
}

function* joinedPieces(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  let pending: Uint8Array[] = [];
  let byteLength = 0;
  for (const part of parts) {
    pending.push(part);
    byteLength += part.length;
    if (byteLength < OUTPUT_PIECE_BYTES) continue;
    yield Buffer.concat(pending);
    pending = [];
    byteLength = 0;
  }
  if (byteLength > 0) yield Buffer.concat(pending);
}
