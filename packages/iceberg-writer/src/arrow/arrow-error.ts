import { IcebergError } from "../iceberg-error.ts";

/** `VALUE_INVALID`: a column whose buffers do not hold what its type and length say. */
export function arrowDataError(path: string, reason: string, cause?: unknown): IcebergError {
  const context = { column: path };
  return new IcebergError("VALUE_INVALID", `Arrow column ${path}: ${reason}`, { context, cause });
}

/** `UNSUPPORTED`: a type that no type of Iceberg's format v2 holds. */
export function arrowTypeError(path: string, type: string): IcebergError {
  const message = `Arrow column ${path} is ${type}, which Iceberg tables do not hold`;
  return new IcebergError("UNSUPPORTED", message, { context: { column: path } });
}
