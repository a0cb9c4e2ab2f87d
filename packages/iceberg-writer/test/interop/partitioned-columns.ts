/** A type of column, values of it, and how to ask for the first of them. */
export interface PartitionedColumn {
  /** Transforms of the spec that take the type, but `void`, which takes all. */
  readonly transforms: readonly string[];
  /** All different; null is added to them. */
  readonly values: readonly unknown[];
  /** The first value as a SQL literal; absent where the dialect has none. */
  readonly literal: { readonly pyiceberg?: string; readonly spark?: string };
}

const same = (literal: string): PartitionedColumn["literal"] => ({
  pyiceberg: literal,
  spark: literal,
});

const years = ["year", "month", "day"];
const timestamps = [
  "2017-11-16T22:31:08.000001",
  "2017-11-16T21:59:59.999999",
  "2017-11-15T22:31:08.000001",
  "1970-01-01T00:00:00.000000",
  "1969-12-31T23:59:59.999999",
  "1969-12-31T22:00:00.000000",
  "1968-02-29T12:00:00.000000",
];

/** Every primitive type, by its name in a schema. */
export const partitionedColumns: Readonly<Record<string, PartitionedColumn>> = {
  boolean: { transforms: ["identity"], values: [true, false], literal: same("true") },
  int: {
    transforms: ["identity", "bucket[16]", "truncate[10]"],
    values: [34, 39, 30, 0, -1, -10, -11, 2_147_483_647, -2_147_483_640],
    literal: same("34"),
  },
  long: {
    transforms: ["identity", "bucket[16]", "truncate[10]"],
    values: [34n, 39n, 30n, 0n, -1n, -10n, -11n, 2n ** 63n - 1n, 8n - 2n ** 63n],
    literal: same("34"),
  },
  float: {
    transforms: ["identity"],
    values: [1.5, -1.5, 0, -0, NaN, Infinity],
    literal: same("1.5"),
  },
  double: {
    transforms: ["identity"],
    values: [1.5, -1.5, 0, -0, NaN, -Infinity],
    literal: same("1.5"),
  },
  "decimal(9,2)": {
    transforms: ["identity", "bucket[16]", "truncate[50]"],
    values: ["14.20", "14.49", "14.50", "0.00", "-0.01", "-0.50", "9999999.99", "-9999999.50"],
    literal: same("14.20"),
  },
  "decimal(38,10)": {
    transforms: ["identity", "bucket[16]", "truncate[50]"],
    values: ["14.2000000001", "-0.0100000000", "9999999999999999999999999999.9999999999"],
    literal: { pyiceberg: "14.2000000001", spark: "CAST('14.2000000001' AS DECIMAL(38, 10))" },
  },
  date: {
    transforms: ["identity", "bucket[16]", ...years],
    values: ["2017-11-16", "2017-11-15", "2017-10-16", "1970-01-01", "1969-12-31", "1968-02-29"],
    literal: { pyiceberg: "'2017-11-16'", spark: "DATE '2017-11-16'" },
  },
  time: {
    transforms: ["identity", "bucket[16]"],
    values: ["22:31:08", "00:00:00", "23:59:59.999999"],
    literal: { pyiceberg: "'22:31:08'" },
  },
  timestamp: {
    transforms: ["identity", "bucket[16]", ...years, "hour"],
    values: timestamps,
    literal: {
      pyiceberg: "'2017-11-16T22:31:08.000001'",
      spark: "TIMESTAMP_NTZ '2017-11-16 22:31:08.000001'",
    },
  },
  timestamptz: {
    transforms: ["identity", "bucket[16]", ...years, "hour"],
    values: timestamps.map((text) => `${text}Z`),
    literal: {
      pyiceberg: "'2017-11-16T22:31:08.000001+00:00'",
      spark: "TIMESTAMP '2017-11-16 22:31:08.000001 UTC'",
    },
  },
  string: {
    transforms: ["identity", "bucket[16]", "truncate[3]"],
    values: ["iceberg", "ice", "icy", "", "null", "💅🏽 Ünï", "💅🏽 Üni", "a/b=c d%&+:?#.."],
    literal: same("'iceberg'"),
  },
  uuid: {
    transforms: ["identity", "bucket[16]"],
    // None of them with a first bit: Java takes those for negative (apache/iceberg#14216).
    values: ["179c3e09-677c-4bbd-a479-3f349cb785e7", "779c3e09-677c-4bbd-a479-3f349cb785e7"],
    // PyIceberg 0.11 finds no partition of a UUID: it compares the literal's bytes with an object.
    literal: { spark: "'179c3e09-677c-4bbd-a479-3f349cb785e7'" },
  },
  "fixed[3]": {
    transforms: ["identity", "bucket[16]"],
    values: [Uint8Array.of(1, 2, 3), Uint8Array.of(0, 0, 0), Uint8Array.of(255, 254, 253)],
    literal: { spark: "X'010203'" },
  },
  binary: {
    transforms: ["identity", "bucket[16]", "truncate[3]"],
    values: [Uint8Array.of(0, 1, 2, 3), Uint8Array.of(0, 1, 2), new Uint8Array()],
    literal: { spark: "X'00010203'" },
  },
};
