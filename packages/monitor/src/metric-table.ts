/** The name of a metric. */
export type MetricName = `salon_${string}`;

/** A metric of a sink; the names are stable. */
export interface MetricDefinition {
  readonly name: MetricName;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels?: readonly string[] | undefined;
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[] | undefined;
}

const SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const BYTES_BUCKETS = [
  4 ** 5,
  4 ** 6,
  4 ** 7,
  4 ** 8,
  4 ** 9,
  4 ** 10,
  4 ** 11,
  4 ** 12,
  4 ** 13,
  4 ** 14,
];
const PARTITION = ["topic", "partition"];

/** Every metric of a sink, in the order of the document. */
export const METRIC_TABLE: readonly MetricDefinition[] = [
  {
    name: "salon_seconds_since_last_commit",
    kind: "gauge",
    help: "Seconds since something was last committed, or since the start where nothing was.",
  },
  {
    name: "salon_last_commit_timestamp_seconds",
    kind: "gauge",
    help: "When something was last committed, in seconds since 1970; absent before.",
  },
  {
    name: "salon_freshness_seconds",
    kind: "gauge",
    help: "Age of the newest committed record by its Kafka timestamp; absent before the first.",
  },
  {
    name: "salon_lag_records",
    kind: "gauge",
    help: "Offsets between the table's position and the end of the log.",
    labels: PARTITION,
  },
  {
    name: "salon_lag_seconds",
    kind: "gauge",
    help: "Age of the oldest record that was read and is not committed; 0 without lag.",
    labels: PARTITION,
  },
  {
    name: "salon_state",
    kind: "gauge",
    help: "1 for the state that the sink is in, 0 for the others.",
    labels: ["state"],
  },
  {
    name: "salon_records_consumed_total",
    kind: "counter",
    help: "Records that were read and decoded; what is read again counts again.",
    labels: PARTITION,
  },
  {
    name: "salon_consumed_bytes_total",
    kind: "counter",
    help: "Bytes of the records that were read.",
  },
  {
    name: "salon_rows_committed_total",
    kind: "counter",
    help: "Rows that were committed to the table.",
  },
  {
    name: "salon_dead_letters_total",
    kind: "counter",
    help: "Records that were committed as dead letters, by cause.",
    labels: ["code"],
  },
  {
    name: "salon_offsets_without_record_total",
    kind: "counter",
    help: "Committed offsets at which Kafka has no record, as after compaction and transactions.",
  },
  {
    name: "salon_offsets_lost_total",
    kind: "counter",
    help: "Committed offsets whose records retention deleted before they were read.",
  },
  {
    name: "salon_quality_rule_broken_total",
    kind: "counter",
    help: "Committed records that broke a quality rule.",
    labels: ["rule", "severity"],
  },
  {
    name: "salon_commits_total",
    kind: "counter",
    help: "Commits by what they carried: unit for records, the others a position alone.",
    labels: ["plan"],
  },
  {
    name: "salon_commit_attempts_total",
    kind: "counter",
    help: "Attempts of commits, and looks for those of unknown outcome, by how they ended.",
    labels: ["outcome"],
  },
  {
    name: "salon_commit_conflicts_total",
    kind: "counter",
    help: "Attempts that another writer of the table was faster than.",
  },
  {
    name: "salon_commit_duration_seconds",
    kind: "histogram",
    help: "Time of a commit of records by phase: decode, write, seal, commit.",
    labels: ["phase"],
    buckets: SECONDS_BUCKETS,
  },
  {
    name: "salon_units_dropped_total",
    kind: "counter",
    help: "Units that were given up and read again.",
  },
  {
    name: "salon_files_written_total",
    kind: "counter",
    help: "Data files that were committed.",
  },
  {
    name: "salon_written_bytes_total",
    kind: "counter",
    help: "Bytes of the data files that were committed.",
  },
  {
    name: "salon_file_size_bytes",
    kind: "histogram",
    help: "Sizes of the data files that were committed.",
    buckets: BYTES_BUCKETS,
  },
  {
    name: "salon_dead_letter_manifests_waiting",
    kind: "gauge",
    help: "Decided manifests of dead letters that are not in their table yet.",
  },
  {
    name: "salon_buffered_bytes",
    kind: "gauge",
    help: "Memory of what is decoded and not committed.",
  },
  {
    name: "salon_memory_limit_bytes",
    kind: "gauge",
    help: "Bound of what is fetched, decoded and not committed.",
  },
  {
    name: "salon_assigned_partitions",
    kind: "gauge",
    help: "Partitions that this member reads.",
  },
  {
    name: "salon_rebalances_total",
    kind: "counter",
    help: "How often this member was given partitions.",
  },
  {
    name: "salon_group_generation",
    kind: "gauge",
    help: "Generation of the consumer group; absent outside of one.",
  },
  {
    name: "salon_decoder_general_path_total",
    kind: "counter",
    help: "Committed records that the compiled decoder left to the general path.",
  },
  {
    name: "salon_event_loop_delay_seconds",
    kind: "gauge",
    help: "99th percentile of how late timers were in the last seconds.",
  },
  {
    name: "salon_build_info",
    kind: "gauge",
    help: "1, with the version.",
    labels: ["version"],
  },
];
