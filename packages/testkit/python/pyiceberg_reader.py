"""Reads and writes Iceberg tables with PyIceberg: requests as in json_lines.py."""

from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.io import load_file_io
from pyiceberg.io.pyarrow import ArrowScan
from pyiceberg.partitioning import PartitionSpec, partition_record_value
from pyiceberg.schema import Schema
from pyiceberg.table import StaticTable

from json_lines import serve
from row_decoding import arrow_table
from row_encoding import arrow_rows, write_rows


def s3_properties(catalog):
    s3 = catalog.get("s3")
    if s3 is None:
        return {}
    return {
        "s3.endpoint": s3["endpoint"],
        "s3.access-key-id": s3["accessKeyId"],
        "s3.secret-access-key": s3["secretAccessKey"],
        "s3.region": s3["region"],
        "s3.path-style-access": "true",
    }


def open_catalog(catalog):
    storage = s3_properties(catalog)
    if catalog["kind"] == "sql":
        uri = f"sqlite:///{catalog['databasePath']}"
        return SqlCatalog(catalog["name"], uri=uri, warehouse=catalog["warehouse"], **storage)
    optional = {key: catalog[key] for key in ("warehouse", "token") if key in catalog}
    return RestCatalog("rest", uri=catalog["uri"], **optional, **storage)


def load_table(catalog, table):
    """A table of a hadoop catalog is found by its version hint, as there is no catalog to ask."""
    properties = s3_properties(catalog)
    if catalog["kind"] != "hadoop":
        return open_catalog(catalog).load_table(table)
    location = catalog["warehouse"].rstrip("/") + "/" + table.replace(".", "/")
    hint = load_file_io(properties, location).new_input(f"{location}/metadata/version-hint.text")
    with hint.open() as stream:
        version = stream.read().decode("ascii").strip()
    return StaticTable.from_metadata(f"{location}/metadata/v{version}.metadata.json", properties)


def scan_of(table, columns, filter, snapshotId):
    return table.scan(
        row_filter=AlwaysTrue() if filter is None else filter,
        selected_fields=("*",) if columns is None else tuple(columns),
        snapshot_id=None if snapshotId is None else int(snapshotId),
    )


def read_table(catalog, table, path, columns=None, filter=None, snapshotId=None):
    scan = scan_of(load_table(catalog, table), columns, filter, snapshotId)
    rows = scan.to_arrow()
    types = {field.name: str(field.field_type) for field in scan.projection().fields}
    write_rows(path, rows.column_names, arrow_rows(rows))
    return {"types": types}


def planned_files(catalog, table, filter=None, snapshotId=None):
    scan = scan_of(load_table(catalog, table), None, filter, snapshotId)
    return [task.file.file_path for task in scan.plan_files()]


def partition_values(catalog, table, path):
    """Partition values as metadata record them, and as PyIceberg computes them from each row."""
    loaded = load_table(catalog, table)
    values = []
    for task in loaded.scan().plan_files():
        rows = ArrowScan(loaded.metadata, loaded.io, loaded.schema(), AlwaysTrue()).to_table([task])
        for position, field in enumerate(loaded.specs()[task.file.spec_id].fields):
            source = loaded.schema().find_field(field.source_id)
            transform = field.transform.transform(source.field_type)
            recorded = internal(field, task.file.partition[position], loaded.schema())
            for value in rows.column(source.name).to_pylist():
                computed = transform(internal(field, value, loaded.schema()))
                values.append((field.name, recorded, internal(field, computed, loaded.schema())))
    names = ["field", "recorded", "computed"]
    write_rows(path, names, values)
    return {"types": dict.fromkeys(names, "string")}


def copy_table(catalog, table, source):
    """Creates a table with the schema, partition spec and rows of another one."""
    original = load_table(catalog, source)
    copy = open_catalog(catalog).create_table(
        table, schema=original.schema(), partition_spec=original.spec()
    )
    copy.append(original.scan().to_arrow())


def create_table(catalog, table, schema, partitionSpec, properties):
    """Creates an empty table; its schema and partition spec are in the JSON form of the spec."""
    catalog = open_catalog(catalog)
    catalog.create_namespace_if_not_exists(table.rsplit(".", 1)[0])
    catalog.create_table(
        table,
        schema=Schema.model_validate(schema),
        partition_spec=PartitionSpec.model_validate(partitionSpec),
        properties=properties,
    )


def append_rows(catalog, table, rows):
    loaded = load_table(catalog, table)
    loaded.append(arrow_table(rows, loaded.schema().as_arrow()))


def internal(field, value, schema):
    """As transforms take it: days, microseconds, bytes."""
    return value if isinstance(value, int) else partition_record_value(field, value, schema)


serve(
    {
        "readTable": read_table,
        "plannedFiles": planned_files,
        "partitionValues": partition_values,
        "copyTable": copy_table,
        "createTable": create_table,
        "appendRows": append_rows,
    }
)
