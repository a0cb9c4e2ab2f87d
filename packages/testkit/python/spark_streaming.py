"""A Spark Structured Streaming job: ratings of a topic into an Iceberg table of a hadoop catalog.

Arguments: the directories with the jars of poms/spark.xml and poms/spark-kafka.xml, and the job as
JSON: topic, table, checkpoint, bootstrapServers, warehouse, s3, sink (foreachBatch or table),
startingOffsets, recordsPerBatch, and hold: the batch to stop at, before or after it is written.

Prints `jvm <pid>`, `holding <batch>` where it stops, and `done` when it came to the topic's end.
"""

import glob
import json
import os
import sys
import time

from pyspark.sql import SparkSession
from pyspark.sql.functions import col, current_timestamp, from_json, to_timestamp

job = json.loads(sys.argv[3])
s3 = job["s3"]
jars = [jar for path in sys.argv[1:3] for jar in sorted(glob.glob(os.path.join(path, "*.jar")))]
spark = (
    SparkSession.builder.appName("ratings")
    .master("local[2]")
    .config("spark.jars", ",".join(jars))
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.shuffle.partitions", "2")
    .config("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog")
    .config("spark.sql.catalog.lake.type", "hadoop")
    .config("spark.sql.catalog.lake.warehouse", job["warehouse"])
    .config("spark.hadoop.fs.s3a.impl", "org.apache.hadoop.fs.s3a.S3AFileSystem")
    .config("spark.hadoop.fs.s3a.path.style.access", "true")
    .config("spark.hadoop.fs.s3a.endpoint", s3["endpoint"])
    .config("spark.hadoop.fs.s3a.access.key", s3["accessKeyId"])
    .config("spark.hadoop.fs.s3a.secret.key", s3["secretAccessKey"])
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.memory", "1g")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
print("jvm", spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid(), flush=True)

spark.sql(
    f"""CREATE TABLE IF NOT EXISTS lake.{job["table"]} (
      customer_id INT, branch_id INT, employee_id INT, treatment_id INT, rating_value FLOAT,
      comment STRING, timestamp TIMESTAMP, processed_timestamp TIMESTAMP,
      _kafka_topic STRING, _kafka_partition INT, _kafka_offset BIGINT)
    USING iceberg PARTITIONED BY (days(timestamp))"""
)
event = (
    "customer_id INT, branch_id INT, employee_id INT, treatment_id INT, rating_value FLOAT, "
    "comment STRING, timestamp STRING"
)
rows = (
    spark.readStream.format("kafka")
    .option("kafka.bootstrap.servers", job["bootstrapServers"])
    .option("subscribe", job["topic"])
    .option("startingOffsets", job["startingOffsets"])
    .option("maxOffsetsPerTrigger", job["recordsPerBatch"])
    .load()
    .select(
        from_json(col("value").cast("string"), event).alias("event"),
        col("topic").alias("_kafka_topic"),
        col("partition").alias("_kafka_partition"),
        col("offset").alias("_kafka_offset"),
    )
    .select(
        "event.*",
        current_timestamp().alias("processed_timestamp"),
        "_kafka_topic",
        "_kafka_partition",
        "_kafka_offset",
    )
    .withColumn("timestamp", to_timestamp(col("timestamp")))
)


def hold(batch_id, when):
    if job.get("hold") == {"batch": batch_id, "when": when}:
        print("holding", batch_id, flush=True)
        time.sleep(3600)


def write(batch, batch_id):
    hold(batch_id, "before")
    batch.writeTo(f"lake.{job['table']}").append()
    hold(batch_id, "after")


writer = rows.writeStream.option("checkpointLocation", job["checkpoint"])
writer = writer.trigger(availableNow=True)
if job["sink"] == "foreachBatch":
    query = writer.foreachBatch(write).start()
else:
    query = writer.option("fanout-enabled", "true").toTable(f"lake.{job['table']}")
query.awaitTermination()
print("done", flush=True)
