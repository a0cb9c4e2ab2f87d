import type { MetricName } from "./metric-table.ts";
import { partitionLags } from "./partition-lag.ts";
import type { ProcessLoad } from "./process-load.ts";
import type { SinkStatus } from "./sink-event.ts";
import type { SinkView } from "./sink-view.ts";
import { sinkState, STATE_WORDS } from "./state-word.ts";

/** One value of a metric. */
export interface MetricSample {
  readonly name: MetricName;
  readonly labels?: Readonly<Record<string, string | number>> | undefined;
  readonly value: number;
}

/** What the values are taken from. */
export interface MetricContext {
  readonly status: SinkStatus | undefined;
  readonly load: ProcessLoad;
  readonly version: string;
  readonly nowMs: number;
}

/** The values of every metric but the histograms, at a moment. */
export function metricSamples(view: SinkView, context: MetricContext): readonly MetricSample[] {
  return [
    ...progressSamples(view, context),
    ...countSamples(view),
    ...conditionSamples(view, context),
  ];
}

function progressSamples(
  view: SinkView,
  { status, nowMs }: MetricContext,
): readonly MetricSample[] {
  const { committedAtMs, newestCommittedMs, subject, openedAtMs } = view;
  const topic = subject?.topic ?? "";
  const word = sinkState(view, status, nowMs).word;
  return [
    {
      name: "salon_seconds_since_last_commit",
      value: secondsBetween(committedAtMs ?? openedAtMs, nowMs),
    },
    ...present("salon_last_commit_timestamp_seconds", committedAtMs && committedAtMs / 1_000),
    ...present(
      "salon_freshness_seconds",
      newestCommittedMs && secondsBetween(newestCommittedMs, nowMs),
    ),
    ...partitionLags(view, status, nowMs).flatMap(({ partition, records, seconds }) => {
      const labels = { topic, partition };
      return [
        ...present("salon_lag_records", records, labels),
        ...present("salon_lag_seconds", seconds, labels),
      ];
    }),
    ...STATE_WORDS.map((state): MetricSample => {
      return { name: "salon_state", labels: { state }, value: state === word ? 1 : 0 };
    }),
  ];
}

function countSamples({ totals, subject }: SinkView): readonly MetricSample[] {
  const topic = subject?.topic ?? "";
  const severityOf = new Map(subject?.rules.map(({ name, severity }) => [name, severity]));
  return [
    ...totals.recordsRead.map((value, partition): MetricSample => {
      return { name: "salon_records_consumed_total", labels: { topic, partition }, value };
    }),
    { name: "salon_consumed_bytes_total", value: totals.bytesRead },
    { name: "salon_rows_committed_total", value: totals.rows },
    ...labelled("salon_dead_letters_total", "code", totals.causes),
    { name: "salon_offsets_without_record_total", value: totals.gaps },
    { name: "salon_offsets_lost_total", value: totals.lost },
    ...[...severityOf].map(([rule, severity]): MetricSample => {
      const value = totals.broken.get(rule) ?? 0;
      return { name: "salon_quality_rule_broken_total", labels: { rule, severity }, value };
    }),
    ...labelled("salon_commits_total", "plan", totals.commits),
    ...labelled("salon_commit_attempts_total", "outcome", totals.tries),
    { name: "salon_commit_conflicts_total", value: totals.tries.get("conflict") ?? 0 },
    { name: "salon_units_dropped_total", value: totals.droppedUnits },
    { name: "salon_files_written_total", value: totals.files },
    { name: "salon_written_bytes_total", value: totals.fileBytes },
    { name: "salon_rebalances_total", value: totals.assignments },
    { name: "salon_decoder_general_path_total", value: totals.generalPathRecords },
  ];
}

function conditionSamples(
  { subject }: SinkView,
  { status, load, version }: MetricContext,
): readonly MetricSample[] {
  return [
    { name: "salon_dead_letter_manifests_waiting", value: status?.waitingManifests ?? 0 },
    { name: "salon_buffered_bytes", value: status?.bufferedBytes ?? 0 },
    ...present("salon_memory_limit_bytes", subject?.memoryLimitBytes),
    { name: "salon_assigned_partitions", value: status?.partitions.length ?? 0 },
    ...present("salon_group_generation", status?.membership?.generationId),
    { name: "salon_event_loop_delay_seconds", value: load.eventLoopDelayMs / 1_000 },
    { name: "salon_build_info", labels: { version }, value: 1 },
  ];
}

function labelled(
  name: MetricName,
  label: string,
  counts: ReadonlyMap<string, number>,
): readonly MetricSample[] {
  return [...counts].map(([key, value]) => ({ name, labels: { [label]: key }, value }));
}

function present(
  name: MetricName,
  value: number | undefined,
  labels?: MetricSample["labels"],
): readonly MetricSample[] {
  return value === undefined ? [] : [{ name, labels, value }];
}

function secondsBetween(sinceMs: number, nowMs: number): number {
  return Math.max(0, Math.round(nowMs - sinceMs)) / 1_000;
}
