export { isLoopback } from "./access.ts";
export type { DescribableGroup, GroupDescription, GroupMember } from "./group-watch.ts";
export { METRIC_TABLE } from "./metric-table.ts";
export type { MetricDefinition, MetricName } from "./metric-table.ts";
export { Monitor } from "./monitor.ts";
export type { MonitorComponents, MonitorSettings } from "./monitor.ts";
export type { ConfigurationEntry } from "./page-status.ts";
export { Traces } from "./traces.ts";
export type { TracesComponents } from "./traces.ts";
export type { TraceSource } from "./trace-export.ts";
export type { ServerSettings } from "./http-server.ts";
export type {
  CommittedStretch,
  CommittedUnit,
  RejectedRecord,
  SinkEvent,
  SinkStatus,
  SinkSubject,
} from "./sink-event.ts";
