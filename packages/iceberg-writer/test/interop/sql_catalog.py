"""PyIceberg's SqlCatalog: `create|append|read|list <uri> <warehouse> <table> [<id> ...]`."""

import json
import sys

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog

operation, uri, warehouse, table, *ids = sys.argv[1:]
catalog = SqlCatalog("default", uri=uri, warehouse=warehouse)
schema = pa.schema([pa.field("id", pa.int64()), pa.field("name", pa.string())])


def append(target):
    rows = [{"id": int(each), "name": f"row {each} of PyIceberg"} for each in ids]
    target.append(pa.Table.from_pylist(rows, schema=schema))


if operation == "create":
    catalog.create_namespace_if_not_exists(table.split(".")[0])
    append(catalog.create_table(table, schema))
elif operation == "append":
    append(catalog.load_table(table))
elif operation == "read":
    print(json.dumps(sorted(catalog.load_table(table).scan().to_arrow()["id"].to_pylist())))
elif operation == "list":
    print(json.dumps([list(each) for each in catalog.list_tables(table.split(".")[0])]))
else:
    sys.exit(f"unknown operation {operation}")
