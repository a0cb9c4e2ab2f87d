import { isListValue, isStructValue, rowAt } from "@salon/columns";
import type { ColumnValue } from "@salon/columns";
import { currentSchema, readManifest, scanTable } from "@salon/iceberg-writer";
import type { CatalogTable, ManifestFile, PlannedFile } from "@salon/iceberg-writer";
import type { KafkaSink, OutgoingRecord, RecordHeader } from "@salon/kafka-io";
import { deadLetterHeaders } from "../mapping/dead-letter-headers.ts";
import { HEADERS_COLUMN } from "../mapping/dead-letter-schema.ts";
import { SinkError } from "../sink-error.ts";

/** Sent together, and held in memory together. */
const RECORDS_MAX = 1_000;
const BYTES_MAX = 4 * 1024 ** 2;

/**
 * A topic that gets the dead letters before they come into their table: whoever dies in between
 * sends them again, so that each is there at least once (PROTOCOL: Dead letters).
 */
export class DeadLetterTopic {
  readonly #sink: KafkaSink;

  constructor(sink: KafkaSink) {
    this.#sink = sink;
  }

  /** Resolves when the brokers have all that the manifests' files hold. */
  async send(table: CatalogTable, manifests: readonly ManifestFile[]): Promise<void> {
    const files: PlannedFile[] = [];
    for (const manifest of manifests) {
      for (const { dataFile } of await readManifest(table.fileIo, manifest)) {
        files.push({ dataFile, sequenceNumber: 0n, deleteFiles: [] });
      }
    }
    let records: OutgoingRecord[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      if (records.length > 0) await this.#sink.send(records);
      records = [];
      bytes = 0;
    };
    for await (const { batch } of scanTable({ table, files })) {
      for (let row = 0; row < batch.rowCount; row++) {
        const record = recordOf(rowAt(batch, row));
        records.push(record);
        bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
        if (records.length >= RECORDS_MAX || bytes >= BYTES_MAX) await flush();
      }
    }
    await flush();
  }
}

/** Throws `TABLE_INCOMPATIBLE` for a dead-letter table that cannot keep what a topic is to get. */
export function checkKeepsHeaders({ identifier, metadata }: CatalogTable): void {
  if (currentSchema(metadata).fields.some(({ name }) => name === HEADERS_COLUMN)) return;
  throw new SinkError(
    "TABLE_INCOMPATIBLE",
    `table ${identifier.name} keeps no headers, which a topic of dead letters is to get: ` +
      `ALTER TABLE … ADD COLUMN ${HEADERS_COLUMN} ARRAY<STRUCT<name: STRING, value: BINARY>>`,
  );
}

/** A dead letter's record as it was, with headers that say what it is. */
function recordOf(row: Readonly<Record<string, ColumnValue | null>>): OutgoingRecord {
  const { _kafka_timestamp: timestamp, _kafka_key: key, value, decided_by: decidedBy } = row;
  return {
    ...(key instanceof Uint8Array && { key }),
    ...(value instanceof Uint8Array && { value }),
    ...(typeof timestamp === "bigint" && { timestampMs: Number(timestamp / 1000n) }),
    headers: [
      ...headersFrom(row[HEADERS_COLUMN]),
      ...deadLetterHeaders({
        topic: textOf(row["_kafka_topic"]) ?? "",
        partition: Number(row["_kafka_partition"]),
        offset: Number(row["_kafka_offset"]),
        cause: textOf(row["error_code"]) ?? "unknown",
        field: textOf(row["error_field"]),
        message: textOf(row["error_message"]),
        decidedBy: typeof decidedBy === "bigint" ? decidedBy : 0n,
      }),
    ],
  };
}

function headersFrom(column: ColumnValue | null | undefined): readonly RecordHeader[] {
  if (!isListValue(column)) return [];
  return column.filter(isStructValue).map(({ name, value }) => ({
    name: textOf(name) ?? "",
    ...(value instanceof Uint8Array && { value }),
  }));
}

function textOf(value: ColumnValue | null | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
