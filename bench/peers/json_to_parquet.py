"""json_to_parquet.py INPUT DIRECTORY: ratings as lines of JSON to zstd Parquet by DuckDB.

One thread, columns given. Prints `DuckDB <version>`, and for each line of input, the number of a
round and a layout, {"round", "seconds", "cpuSeconds", "fileBytes"} of that round.
"""

import json
import os
import resource
import shutil
import sys
import time

import duckdb

source, directory = sys.argv[1:]
connection = duckdb.connect()
connection.execute("SET threads = 1")

EVENTS = f"""
  read_ndjson('{source}', columns = {{
    customer_id: 'INTEGER', branch_id: 'INTEGER', employee_id: 'INTEGER',
    treatment_id: 'INTEGER', rating_value: 'FLOAT', comment: 'VARCHAR', "timestamp": 'VARCHAR'
  }})
"""
# Chunks of 20,000 rows go to eight partitions in turn, and rows are numbered through.
ROWS = f"""
  SELECT * EXCLUDE (number), '2025-01-15 10:30:00+00'::TIMESTAMPTZ AS processed_timestamp,
    'nail_salon_ratings' AS _kafka_topic, (number // 20000 % 8)::INTEGER AS _kafka_partition,
    number AS _kafka_offset
  FROM (SELECT *, row_number() OVER () - 1 AS number FROM {EVENTS})
"""
DAYS = f'SELECT *, "timestamp"[1:10] AS timestamp_day FROM ({ROWS})'
ZSTD = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"
FILE = os.path.join(directory, "ratings.parquet")
FOLDER = os.path.join(directory, "ratings")
COPIES = {
    "seven-columns": f"COPY (SELECT * FROM {EVENTS}) TO '{FILE}' ({ZSTD})",
    "one-file": f"COPY ({ROWS}) TO '{FILE}' ({ZSTD})",
    "by-day": f"COPY ({DAYS}) TO '{FOLDER}' ({ZSTD}, PARTITION_BY (timestamp_day))",
}


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def file_bytes():
    return sum(
        os.path.getsize(os.path.join(folder, name))
        for folder, _, names in os.walk(directory)
        for name in names
        if name.endswith(".parquet")
    )


print("DuckDB", duckdb.__version__, flush=True)
for line in sys.stdin:
    number, layout = line.split()
    start, start_cpu = time.monotonic(), cpu_seconds()
    connection.execute(COPIES[layout])
    figures = {
        "round": int(number),
        "seconds": time.monotonic() - start,
        "cpuSeconds": cpu_seconds() - start_cpu,
        "fileBytes": file_bytes(),
    }
    print(json.dumps(figures), flush=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    if os.path.exists(FILE):
        os.remove(FILE)
