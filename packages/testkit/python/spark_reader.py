"""Reads and changes Iceberg tables with Spark: requests as in json_lines.py.

Argument: the directory with the jars of poms/spark.xml.
"""

import datetime
import glob
import os
import sys

from pyspark.sql import Row, SparkSession
from pyspark.sql.types import TimestampType

from json_lines import serve
from row_encoding import write_rows

spark = (
    SparkSession.builder.appName("salon-testkit")
    .master("local[2]")
    .config("spark.jars", ",".join(sorted(glob.glob(os.path.join(sys.argv[1], "*.jar")))))
    .config(
        "spark.sql.extensions",
        "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    )
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.shuffle.partitions", "2")
    # The plan that ran is the plan that was made: planned files are read off it.
    .config("spark.sql.adaptive.enabled", "false")
    .config("spark.hadoop.fs.s3a.impl", "org.apache.hadoop.fs.s3a.S3AFileSystem")
    .config("spark.hadoop.fs.s3.impl", "org.apache.hadoop.fs.s3a.S3AFileSystem")
    .config("spark.hadoop.fs.s3a.path.style.access", "true")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.memory", "2g")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
catalog_names = {}


def configure_catalog(name, catalog):
    """Sets a catalog of the session; it is opened when it is first named, and stays as it is."""
    if catalog_names.get(name) == catalog:
        return
    if name in catalog_names:
        raise ValueError(f"catalog {name} is {catalog_names[name]} in this session")
    catalog_names[name] = catalog
    prefix = f"spark.sql.catalog.{name}"
    settings = {"": "org.apache.iceberg.spark.SparkCatalog", ".cache-enabled": "false"}
    settings[".type"] = "jdbc" if catalog["kind"] == "sql" else catalog["kind"]
    for key in ("uri", "warehouse", "token"):
        if key in catalog:
            settings[f".{key}"] = catalog[key]
    if catalog["kind"] == "sql":
        settings[".uri"] = f"jdbc:sqlite:{catalog['databasePath']}"
    if catalog["kind"] == "rest":
        settings[".io-impl"] = "org.apache.iceberg.hadoop.HadoopFileIO"
    s3 = catalog.get("s3")
    if s3 is not None:
        settings[".hadoop.fs.s3a.endpoint"] = s3["endpoint"]
        settings[".hadoop.fs.s3a.access.key"] = s3["accessKeyId"]
        settings[".hadoop.fs.s3a.secret.key"] = s3["secretAccessKey"]
        settings[".hadoop.fs.s3a.endpoint.region"] = s3["region"]
    for key, value in settings.items():
        spark.conf.set(prefix + key, value)


def catalog_for(catalog):
    """The name under which the session has a catalog; equal references share one."""
    for name, known in catalog_names.items():
        if known == catalog:
            return name
    name = catalog.get("name", f"foreign{len(catalog_names)}")
    configure_catalog(name, catalog)
    return name


def query(catalog, table, columns, filter, snapshotId):
    quoted = ".".join(f"`{part}`" for part in table.split("."))
    selected = "*" if columns is None else ", ".join(f"`{column}`" for column in columns)
    version = "" if snapshotId is None else f" VERSION AS OF {int(snapshotId)}"
    condition = "" if filter is None else f" WHERE {filter}"
    return f"SELECT {selected} FROM {catalog_for(catalog)}.{quoted}{version}{condition}"


def read_table(catalog, table, path, columns=None, filter=None, snapshotId=None):
    return answer(query(catalog, table, columns, filter, snapshotId), path)


def sql(text, catalogs, path):
    for name, catalog in catalogs.items():
        configure_catalog(name, catalog)
    return answer(text, path)


def answer(text, path):
    frame = spark.sql(text)
    types = dict(frame.dtypes)
    kinds = [field.dataType for field in frame.schema.fields]
    rows = (
        tuple(arrow_value(value, kind) for value, kind in zip(row, kinds))
        for row in frame.toLocalIterator(prefetchPartitions=True)
    )
    write_rows(path, list(types), rows)
    return {"types": types}


def arrow_value(value, kind):
    """A value as the other engines give it: structs are dictionaries, maps are lists of pairs."""
    if isinstance(value, datetime.datetime) and isinstance(kind, TimestampType):
        # Spark hands it out without its zone, in the time of this process: UTC.
        return value.replace(tzinfo=datetime.timezone.utc)
    if isinstance(value, Row):
        return {field.name: arrow_value(value[field.name], field.dataType) for field in kind.fields}
    if isinstance(value, dict):
        return [
            (arrow_value(key, kind.keyType), arrow_value(item, kind.valueType))
            for key, item in value.items()
        ]
    if isinstance(value, list):
        return [arrow_value(item, kind.elementType) for item in value]
    return value


def planned_files(catalog, table, filter=None, snapshotId=None):
    """The files of the tasks that the scan would run, after Iceberg pruned them by the filter."""
    frame = spark.sql(query(catalog, table, None, filter, snapshotId))
    leaves = frame._jdf.queryExecution().executedPlan().collectLeaves()
    files = set()
    for index in range(leaves.size()):
        scan = leaves.apply(index)
        if scan.nodeName().startswith("BatchScan"):
            files |= files_of(scan.inputPartitions())
    return sorted(files)


def files_of(partitions):
    files = set()
    for index in range(partitions.size()):
        tasks = partitions.apply(index).taskGroup().tasks().iterator()
        while tasks.hasNext():
            files.add(tasks.next().file().location())
    return files


serve({"readTable": read_table, "sql": sql, "plannedFiles": planned_files})
