import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { METRIC_TABLE } from "../src/index.ts";
import type { SinkEvent } from "../src/index.ts";
import { metricSamples } from "../src/metric-samples.ts";
import { Metrics } from "../src/metrics.ts";
import { applyEvent, openView } from "../src/sink-view.ts";
import { chunk, committed, NOW_MS, started, status, tried } from "./kit/sink-events.ts";

const load = { residentBytes: 1, heapUsedBytes: 1, eventLoopDelayMs: 12 };

async function textAfter(...events: readonly SinkEvent[]): Promise<string> {
  const metrics = new Metrics();
  let view = openView(NOW_MS);
  for (const event of events) {
    view = applyEvent(view, event, NOW_MS);
    if (event.kind === "committed") metrics.observe(event);
  }
  const at = view.status?.();
  const context = { status: at, load, version: "1.2.3", nowMs: NOW_MS + 5_000 };
  await metrics.text(metricSamples(view, context));
  return metrics.text(metricSamples(view, context));
}

const behind = status({
  partitions: [{ partition: 0, next: 110, committed: 100, logEnd: 130 }],
});

describe("the metrics", () => {
  it("have the values of the view, however often they are asked for", async () => {
    const text = await textAfter(
      started(() => behind),
      { kind: "assigned", partitions: [0] },
      chunk(0, 90, 100),
      tried("conflict"),
      tried("committed"),
      committed(0, { start: 90, end: 100, dead: 2 }),
      chunk(0, 100, 110),
    );
    const lines = text.split("\n");
    for (const line of [
      'salon_records_consumed_total{topic="ratings",partition="0"} 20',
      "salon_rows_committed_total 8",
      'salon_dead_letters_total{code="INVALID_JSON"} 2',
      'salon_quality_rule_broken_total{rule="few",severity="reject"} 1',
      'salon_commits_total{plan="unit"} 1',
      'salon_commit_attempts_total{outcome="conflict"} 1',
      'salon_commit_attempts_total{outcome="committed"} 1',
      "salon_commit_conflicts_total 1",
      'salon_commit_duration_seconds_sum{phase="seal"} 0.03',
      'salon_commit_duration_seconds_count{phase="commit"} 1',
      "salon_seconds_since_last_commit 5",
      `salon_last_commit_timestamp_seconds ${NOW_MS / 1_000}`,
      "salon_freshness_seconds 6",
      'salon_lag_records{topic="ratings",partition="0"} 30',
      'salon_lag_seconds{topic="ratings",partition="0"} 16',
      "salon_files_written_total 1",
      "salon_written_bytes_total 20000",
      "salon_file_size_bytes_count 1",
      "salon_buffered_bytes 2048",
      "salon_memory_limit_bytes 268435456",
      "salon_assigned_partitions 1",
      "salon_rebalances_total 1",
      "salon_group_generation 3",
      'salon_state{state="running"} 1',
      'salon_state{state="degraded"} 0',
      "salon_decoder_general_path_total 3",
      "salon_event_loop_delay_seconds 0.012",
      'salon_build_info{version="1.2.3"} 1',
    ]) {
      expect(lines).toContain(line);
    }
    expect(text).toContain("process_cpu_seconds_total");
    expect(text).toContain("nodejs_heap_size_used_bytes");
  });

  it("say nothing of what is not known", async () => {
    const text = await textAfter();
    for (const name of ["freshness_seconds", "last_commit_timestamp_seconds", "group_generation"]) {
      expect(text).not.toMatch(new RegExp(`^salon_${name} `, "m"));
    }
    expect(text).toMatch(/^salon_seconds_since_last_commit 5$/m);
    expect(text).toMatch(/^salon_rows_committed_total 0$/m);
  });

  it("are those of the document, in its order", () => {
    const path = new URL("../../../docs/monitoring.md", import.meta.url);
    const rows = [
      ...readFileSync(path, "utf8").matchAll(/^\| `(salon_\w+)(?:\{([\w,]+)\})?` +\| (\w+)/gm),
    ];
    const documented = rows.map(([, name, labels = "", kind]) => ({ name, labels, kind }));
    expect(documented).toEqual(
      METRIC_TABLE.map((metric) => ({
        name: metric.name,
        labels: metric.labels?.join(",") ?? "",
        kind: metric.kind,
      })),
    );
  });
});
