/** A way to read the table with another program. */
export interface Reader {
  readonly name: string;
  /** What to type, line by line. */
  readonly lines: readonly string[];
}

/** Where a table of the hadoop layout lies on local disk. */
export interface LocalTable {
  readonly warehouse: string;
  readonly name: string;
}

const ICEBERG_SPARK = "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.11.0";

/** How DuckDB, PyIceberg and Spark read the table. */
export function waysToRead({ warehouse, name }: LocalTable): readonly Reader[] {
  const location = `${warehouse}/${name}`;
  return [
    { name: "DuckDB (1.5 or newer)", lines: [`duckdb -c "${duckdbSql(location)}"`] },
    { name: "PyIceberg", lines: [`python -c '`, ...pyicebergProgram(location), `'`] },
    {
      name: "Spark 3.5",
      lines: [
        `spark-sql --packages ${ICEBERG_SPARK} \\`,
        "  --conf spark.sql.catalog.salon=org.apache.iceberg.spark.SparkCatalog \\",
        "  --conf spark.sql.catalog.salon.type=hadoop \\",
        `  --conf "spark.sql.catalog.salon.warehouse=${warehouse}" \\`,
        `  -e "SELECT branch_id, avg(rating_value) FROM salon.${name} GROUP BY branch_id"`,
      ],
    },
  ];
}

/** The statements for DuckDB, on one line. */
export function duckdbSql(location: string): string {
  return (
    "INSTALL iceberg; LOAD iceberg; " +
    `SELECT branch_id, avg(rating_value) FROM iceberg_scan('${location}') GROUP BY ALL ORDER BY 1`
  );
}

/** The program for Python; no quotes of the shell that surrounds it. */
export function pyicebergProgram(location: string): readonly string[] {
  return [
    "from pathlib import Path",
    "from pyiceberg.table import StaticTable",
    `folder = Path("${location}/metadata")`,
    'version = (folder / "version-hint.text").read_text()',
    'table = StaticTable.from_metadata(str(folder / f"v{version}.metadata.json"))',
    'rows = table.scan(selected_fields=("branch_id", "rating_value")).to_arrow()',
    'print(rows.group_by("branch_id").aggregate([("rating_value", "mean")]).to_pylist())',
  ];
}
