import { IcebergError } from "../../iceberg-error.ts";
import { pageCompression } from "./page-compression.ts";
import type { PageSettings } from "./page.ts";

/** How a table's files are encoded: its `write.parquet.*` properties over the defaults. */
export interface ParquetSettings extends PageSettings {
  /** Estimated encoded bytes at which a row group ends. */
  readonly rowGroupSizeBytes: number;
  readonly pageSizeBytes: number;
  readonly pageRowLimit: number;
  readonly dictionarySizeBytes: number;
  /** The same for one that is put in order when it is whole, and so shrinks to a tenth. */
  readonly sortedDictionarySizeBytes: number;
}

const MEBIBYTE = 1024 * 1024;

/** Instead of Iceberg's 20,000: a compression call costs as much as packing thousands of rows. */
const PAGE_ROW_LIMIT_DEFAULT = 65_536;
/** The seconds of four days, as texts. */
const SORTED_DICTIONARY_BYTES_DEFAULT = 8 * MEBIBYTE;

/**
 * Reads the settings from table properties. `SETTINGS_INVALID` for a value that is no number of its
 * kind, `UNSUPPORTED` for a codec that is not written.
 */
export function parquetSettings(properties: Readonly<Record<string, string>>): ParquetSettings {
  const prefix = "write.parquet.";
  const count = (name: string, absent: number, min: number): number =>
    countProperty(properties, prefix + name, absent, min);
  const codec = properties[`${prefix}compression-codec`] ?? "zstd";
  const level = properties[`${prefix}compression-level`];
  return {
    compression: pageCompression(
      codec,
      level === undefined || level === "null"
        ? undefined
        : count("compression-level", 0, -Infinity),
    ),
    pageVersion: pageVersion(properties[`${prefix}page-version`] ?? "v1"),
    rowGroupSizeBytes: count("row-group-size-bytes", 128 * MEBIBYTE, 1),
    pageSizeBytes: count("page-size-bytes", MEBIBYTE, 1),
    pageRowLimit: count("page-row-limit", PAGE_ROW_LIMIT_DEFAULT, 1),
    dictionarySizeBytes: count("dict-size-bytes", 2 * MEBIBYTE, 0),
    sortedDictionarySizeBytes: count("dict-size-bytes", SORTED_DICTIONARY_BYTES_DEFAULT, 0),
  };
}

/** As Iceberg names them, and iceberg-go without the letter. */
function pageVersion(text: string): 1 | 2 {
  const [, version] = /^v?([12])$/iu.exec(text) ?? [];
  if (version !== undefined) return version === "1" ? 1 : 2;
  const problem = `table property write.parquet.page-version is ${text}, not v1 or v2`;
  throw new IcebergError("SETTINGS_INVALID", problem);
}

/** An integer property of a table; `SETTINGS_INVALID` where it is none, or less than `min`. */
export function countProperty(
  properties: Readonly<Record<string, string>>,
  name: string,
  absent: number,
  min: number,
): number {
  const text = properties[name];
  if (text === undefined) return absent;
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= min) return value;
  throw new IcebergError("SETTINGS_INVALID", `table property ${name} is ${text}, not a count`);
}
