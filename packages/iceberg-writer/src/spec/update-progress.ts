import { IcebergError } from "../iceberg-error.ts";
import type { TableMetadata } from "./table-metadata.ts";

/** The metadata between two updates of one commit, and what later updates may refer to. */
export interface UpdateProgress {
  readonly metadata: TableMetadata;
  readonly nowMs: number;
  readonly lastAddedSchemaId?: number;
  readonly lastAddedSpecId?: number;
  readonly lastAddedSortOrderId?: number;
  readonly addedSnapshotIds: ReadonlySet<bigint>;
}

/** The error of an update that does not fit the metadata before it. */
export function rejectUpdate(
  message: string,
  context: Readonly<Record<string, unknown>> = {},
): IcebergError {
  return new IcebergError("METADATA_INVALID", message, { context });
}

/** A copy of a record without some of its keys. */
export function withoutKeys<T>(
  record: Readonly<Record<string, T>>,
  keys: readonly string[],
): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}
