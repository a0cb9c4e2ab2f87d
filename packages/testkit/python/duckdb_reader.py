"""Reads Iceberg tables with DuckDB and its own Iceberg extension: requests as in json_lines.py."""

import re

import duckdb
from duckdb_extensions import import_extension

from json_lines import serve
from row_encoding import arrow_rows, write_rows

# The extensions come with the Python packages; nothing is downloaded when they are loaded.
EXTENSIONS = ("avro", "httpfs", "iceberg")
for extension in EXTENSIONS:
    import_extension(extension)


def connect():
    opened = duckdb.connect()
    for extension in EXTENSIONS:
        opened.execute(f"LOAD {extension}")
    opened.execute("SET TimeZone = 'UTC'")
    return opened


connection = connect()
served_by = None


def use_catalogs(catalogs):
    """Attaches them; to other servers than before only in a new database.

    In one database DuckDB 1.5.5 may send a request for a catalog to the server of one that was
    detached before it, with that one's token.
    """
    global connection, served_by
    servers = {(c["uri"], c.get("token")) for c in catalogs.values() if c["kind"] == "rest"}
    if servers and servers != served_by:
        if served_by is not None:
            connection.close()
            connection = connect()
        served_by = servers
    for name, catalog in catalogs.items():
        use_catalog(name, catalog)


def text(value):
    return "'" + value.replace("'", "''") + "'"


def use_secret(s3):
    endpoint = re.sub(r"^https?://", "", s3["endpoint"])
    connection.execute(
        "CREATE OR REPLACE SECRET s3 (TYPE s3, URL_STYLE 'path', "
        f"USE_SSL {str(s3['endpoint'].startswith('https')).lower()}, ENDPOINT {text(endpoint)}, "
        f"KEY_ID {text(s3['accessKeyId'])}, SECRET {text(s3['secretAccessKey'])}, "
        f"REGION {text(s3['region'])})"
    )


def use_catalog(name, catalog):
    """Attaches a REST catalog anew, so that nothing of an earlier request is remembered."""
    if "s3" in catalog:
        use_secret(catalog["s3"])
    if catalog["kind"] == "rest":
        connection.execute(f'DETACH DATABASE IF EXISTS "{name}"')
        access = (
            f"TOKEN {text(catalog['token'])}"
            if "token" in catalog
            else "AUTHORIZATION_TYPE 'none'"
        )
        connection.execute(
            f'ATTACH {text(catalog.get("warehouse", ""))} AS "{name}" '
            f"(TYPE iceberg, ENDPOINT {text(catalog['uri'])}, {access})"
        )


def relation(catalog, table, snapshotId):
    if catalog["kind"] == "rest":
        quoted = ".".join(f'"{part}"' for part in table.split("."))
        version = "" if snapshotId is None else f" AT (VERSION => {int(snapshotId)})"
        return f'"foreign".{quoted}{version}'
    location = catalog["warehouse"].rstrip("/") + "/" + table.replace(".", "/")
    version = "" if snapshotId is None else f", snapshot_from_id => {int(snapshotId)}"
    return f"iceberg_scan({text(re.sub('^file://', '', location))}{version})"


def read_table(catalog, table, path, columns=None, filter=None, snapshotId=None):
    use_catalogs({"foreign": catalog})
    selected = "*" if columns is None else ", ".join(f'"{column}"' for column in columns)
    condition = "" if filter is None else f" WHERE {filter}"
    return answer(f"SELECT {selected} FROM {relation(catalog, table, snapshotId)}{condition}", path)


def sql(text, catalogs, path):
    use_catalogs(catalogs)
    return answer(text, path)


def answer(query, path):
    result = connection.execute(query)
    types = {column[0]: str(column[1]) for column in result.description or ()}
    rows = result.fetch_arrow_table() if types else None
    write_rows(path, list(types), () if rows is None else arrow_rows(rows))
    return {"types": types}


serve({"readTable": read_table, "sql": sql})
