import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

/**
 * A Flink SQL job in one process: ratings of a topic, from its beginning, into a table of a REST
 * catalog that is there. Run by
 * {@code java FlinkToIceberg <bootstrap servers> <topic> <catalog uri> <S3 endpoint> <table>
 * <checkpoint interval in ms>}; it commits with each checkpoint and ends when it is killed.
 */
public class FlinkToIceberg {
  public static void main(String[] args) throws Exception {
    String bootstrapServers = args[0], topic = args[1], uri = args[2], endpoint = args[3];
    String table = args[4], checkpointIntervalMs = args[5];

    Configuration configuration = new Configuration();
    configuration.setString("execution.checkpointing.interval", checkpointIntervalMs + "ms");
    configuration.setString("parallelism.default", "1");
    configuration.setString("rest.bind-address", "127.0.0.1");
    configuration.setString("rest.bind-port", "0");
    configuration.setString("taskmanager.memory.network.min", "64mb");
    configuration.setString("taskmanager.memory.network.max", "64mb");
    EnvironmentSettings settings =
        EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(configuration).build();
    TableEnvironment environment = TableEnvironment.create(settings);

    environment.executeSql(
        """
        CREATE TABLE source (
          customer_id INT, branch_id INT, employee_id INT, treatment_id INT, rating_value FLOAT,
          `comment` STRING, `timestamp` TIMESTAMP(6),
          _kafka_topic STRING METADATA FROM 'topic' VIRTUAL,
          _kafka_partition INT METADATA FROM 'partition' VIRTUAL,
          _kafka_offset BIGINT METADATA FROM 'offset' VIRTUAL
        ) WITH (
          'connector' = 'kafka', 'topic' = '%s', 'properties.bootstrap.servers' = '%s',
          'properties.group.id' = '%s', 'scan.startup.mode' = 'earliest-offset',
          'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601'
        )
        """
            .formatted(topic, bootstrapServers, table));
    environment.executeSql(
        """
        CREATE CATALOG rest WITH (
          'type' = 'iceberg', 'catalog-type' = 'rest', 'uri' = '%s',
          'io-impl' = 'org.apache.iceberg.aws.s3.S3FileIO', 's3.endpoint' = '%s',
          's3.path-style-access' = 'true', 'client.region' = 'us-east-1'
        )
        """
            .formatted(uri, endpoint));
    environment
        .executeSql(
            """
            INSERT INTO rest.`default`.%s
            SELECT customer_id, branch_id, employee_id, treatment_id, rating_value, `comment`,
              `timestamp`, CAST(CURRENT_TIMESTAMP AS TIMESTAMP_LTZ(6)),
              _kafka_topic, _kafka_partition, _kafka_offset
            FROM source
            """
                .formatted(table))
        .await();
  }
}
