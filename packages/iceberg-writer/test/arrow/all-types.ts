import { readFile } from "node:fs/promises";
import type { ColumnValue } from "@salon/columns";
import { tableFromIPC, type Table } from "apache-arrow";

type Row = ColumnValue | null;

/** Days and microseconds since 1970 of the moments in the fixture, by hand. */
const LATER_DAY = 20_103;
const LATER = BigInt(LATER_DAY) * 86_400_000_000n + 37_805_000_000n;
const [ONE_SECOND, LAST_SECOND] = [1_000_000n, 86_399_000_000n];
const [MOMENT, LAST_DAY] = [-1_000_000n, -1];

/**
 * What `make_all_types.py` has put in, as the columns of a batch show it; the middle row is null.
 */
export const ALL_TYPES: Readonly<Record<string, readonly [Row, Row]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 63n - 1n],
  float32: [1.5, -Infinity],
  float64: [0.1, -0],
  bool: [true, false],
  decimal: [-150n, 10n ** 38n - 1n],
  utf8: ["", "naïve ☕"],
  large_utf8: ["a", "bc"],
  binary: [Uint8Array.of(), Uint8Array.of(0, 255)],
  large_binary: [Uint8Array.of(1), Uint8Array.of(2, 3)],
  fixed: [Uint8Array.from(Buffer.from("abc")), Uint8Array.from(Buffer.from("def"))],
  date32: [LAST_DAY, LATER_DAY],
  date64: [LAST_DAY, LATER_DAY],
  time_s: [ONE_SECOND, LAST_SECOND],
  time_ms: [ONE_SECOND, LAST_SECOND],
  time_us: [ONE_SECOND, LAST_SECOND],
  time_ns: [ONE_SECOND, LAST_SECOND],
  timestamp_s: [MOMENT, LATER],
  timestamp_ms: [MOMENT, LATER],
  timestamp_us: [MOMENT, LATER],
  timestamp_ns: [MOMENT, LATER],
  timestamptz: [MOMENT, LATER],
  dictionary: ["x", "y"],
  struct: [
    { a: 1, b: "one" },
    { a: null, b: "three" },
  ],
  list: [[1, 2], [null]],
  fixed_list: [
    [1, 2],
    [3, 4],
  ],
  map: [[["k", 1]], []],
};

/** The table that pyarrow wrote. */
export async function readAllTypes(): Promise<Table> {
  return tableFromIPC(
    await readFile(new URL("../fixtures/arrow/all-types.arrows", import.meta.url)),
  );
}
