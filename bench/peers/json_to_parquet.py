"""json_to_parquet.py INPUT OUTPUT RUNS: ratings as lines of JSON to a zstd Parquet file by DuckDB.

One thread, columns given; prints the median round as JSON. The first round warms up.
"""

import json
import os
import resource
import sys
import time

import duckdb

source, target, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
connection = duckdb.connect()
connection.execute("SET threads = 1")
QUERY = f"""
COPY (
  SELECT * FROM read_ndjson('{source}', columns = {{
    customer_id: 'INTEGER', branch_id: 'INTEGER', employee_id: 'INTEGER',
    treatment_id: 'INTEGER', rating_value: 'FLOAT', comment: 'VARCHAR', "timestamp": 'VARCHAR'
  }})
) TO '{target}' (FORMAT parquet, COMPRESSION zstd)
"""


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


rounds = []
for _ in range(runs + 1):
    start, start_cpu = time.monotonic(), cpu_seconds()
    connection.execute(QUERY)
    rounds.append((time.monotonic() - start, cpu_seconds() - start_cpu))
seconds, cpu = sorted(rounds[1:])[runs // 2]
print(
    json.dumps(
        {
            "version": duckdb.__version__,
            "seconds": seconds,
            "cpuSeconds": cpu,
            "fileBytes": os.path.getsize(target),
        }
    )
)
