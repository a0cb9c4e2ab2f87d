import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.current_timestamp;
import static org.apache.spark.sql.functions.from_json;

import java.util.Map;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * A Spark Structured Streaming job in one process: ratings of a topic, from its beginning, into a
 * table of a REST catalog that is there. Run by
 * {@code java SparkToIceberg <bootstrap servers> <topic> <catalog uri> <S3 endpoint> <table>
 * <checkpoint location> <records per batch>}; batches follow each other without a pause, each is a
 * commit, and it ends when it is killed. Its checkpoint is a local folder, which is cheaper than a
 * store, and its shuffles have one partition for the one core instead of two hundred.
 */
public class SparkToIceberg {
  public static void main(String[] args) throws Exception {
    String bootstrapServers = args[0], topic = args[1], uri = args[2], endpoint = args[3];
    String table = args[4], checkpoint = args[5], recordsPerBatch = args[6];

    SparkSession spark =
        SparkSession.builder()
            .appName("ratings")
            .master("local[1]")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.catalog.rest", "org.apache.iceberg.spark.SparkCatalog")
            .config("spark.sql.catalog.rest.type", "rest")
            .config("spark.sql.catalog.rest.uri", uri)
            .config("spark.sql.catalog.rest.io-impl", "org.apache.iceberg.aws.s3.S3FileIO")
            .config("spark.sql.catalog.rest.s3.endpoint", endpoint)
            .config("spark.sql.catalog.rest.s3.path-style-access", "true")
            .config("spark.sql.catalog.rest.client.region", "us-east-1")
            .getOrCreate();
    spark.sparkContext().setLogLevel("WARN");

    StructType event =
        StructType.fromDDL(
            """
            customer_id INT, branch_id INT, employee_id INT, treatment_id INT, rating_value FLOAT,
            comment STRING, timestamp TIMESTAMP_NTZ
            """);
    Dataset<Row> rows =
        spark
            .readStream()
            .format("kafka")
            .options(
                Map.of(
                    "kafka.bootstrap.servers", bootstrapServers,
                    "subscribe", topic,
                    "startingOffsets", "earliest",
                    "maxOffsetsPerTrigger", recordsPerBatch))
            .load()
            .select(
                from_json(col("value").cast("string"), event).as("event"),
                col("topic").as("_kafka_topic"),
                col("partition").as("_kafka_partition"),
                col("offset").as("_kafka_offset"))
            .select(
                col("event.*"),
                current_timestamp().as("processed_timestamp"),
                col("_kafka_topic"),
                col("_kafka_partition"),
                col("_kafka_offset"));
    rows.writeStream()
        .option("checkpointLocation", checkpoint)
        .foreachBatch(
            (VoidFunction2<Dataset<Row>, Long>)
                (batch, id) -> batch.writeTo("rest.`default`." + table).append())
        .start()
        .awaitTermination();
  }
}
