import { IcebergError } from "../iceberg-error.ts";
import type { DataFile } from "../spec/data-file.ts";
import { checkPlain } from "./manifest-reader.ts";

/** Codes: `UNSUPPORTED` for a file that is encrypted or not Parquet. */
export function checkReadable({ filePath, fileFormat, keyMetadata }: DataFile): void {
  checkPlain(filePath, keyMetadata);
  if (fileFormat === "PARQUET") return;
  throw new IcebergError("UNSUPPORTED", `data file ${filePath} is ${fileFormat}, not Parquet`);
}
