import { useSharedReader } from "@salon/testkit";
import { expect, it } from "vitest";

import { createTable, openCatalog, schemaFromArrow } from "../../src/index.ts";
import { readAllTypes } from "../arrow/all-types.ts";
import { freshNamespace, fromAll, readByAll, restCatalog } from "./catalogs-of-engines.ts";

const engines = [await useSharedReader("pyiceberg"), await useSharedReader("duckdb")];

const base64 = (...bytes: readonly number[]): string => Buffer.from(bytes).toString("base64");
const [LATER, MOMENT] = ["2025-01-15T10:30:05.000000", "1969-12-31T23:59:59.000000"];
const [FIRST_TIME, LAST_TIME] = ["00:00:01", "23:59:59"];

/** What `make_all_types.py` says, as engines show it; the row between is null. */
const EXPECTED: Readonly<Record<string, readonly [unknown, unknown]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 63n - 1n],
  float64: [0.1, -0],
  bool: [true, false],
  decimal: ["-1.50", `${"9".repeat(36)}.99`],
  utf8: ["", "naïve ☕"],
  large_utf8: ["a", "bc"],
  binary: [base64(), base64(0, 255)],
  large_binary: [base64(1), base64(2, 3)],
  date32: ["1969-12-31", "2025-01-15"],
  date64: ["1969-12-31", "2025-01-15"],
  time_s: [FIRST_TIME, LAST_TIME],
  time_ms: [FIRST_TIME, LAST_TIME],
  time_us: [FIRST_TIME, LAST_TIME],
  time_ns: [FIRST_TIME, LAST_TIME],
  timestamp_s: [MOMENT, LATER],
  timestamp_ms: [MOMENT, LATER],
  timestamp_us: [MOMENT, LATER],
  timestamp_ns: [MOMENT, LATER],
  timestamptz: [`${MOMENT}Z`, `${LATER}Z`],
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
};

it("a table that pyarrow wrote is appended as it is, and read by PyIceberg and DuckDB", async () => {
  const arrow = await readAllTypes();
  const rows = arrow.select(arrow.schema.names.filter((name) => name !== "null"));
  await using catalog = await openCatalog(restCatalog.settings);
  const name = `${freshNamespace("arrow")}.all_types`;
  const table = await createTable(catalog, name, { schema: schemaFromArrow(rows.schema) });
  await table.append(rows);

  const columns = Object.keys(EXPECTED);
  const read = { catalog: restCatalog.reference, table: name, columns };
  const expected = [0, undefined, 1].map((side) =>
    Object.fromEntries(
      columns.map((name) => [name, side === undefined ? null : EXPECTED[name]![side]]),
    ),
  );
  expect(await readByAll(engines, read)).toEqual(fromAll(engines, expected));
});
