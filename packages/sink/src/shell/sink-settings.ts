import type { TableIdentifier } from "@salon/iceberg-writer";
import type { TimestampType } from "../mapping/bronze-schema.ts";
import { SinkError } from "../sink-error.ts";

/** What a sink is told. Plain data; times in milliseconds, sizes in bytes. */
export interface SinkSettings {
  readonly topic: string;
  /** Names the source in the table; the topic by default. */
  readonly sourceId?: string | undefined;
  readonly table: TableIdentifier;
  /** Properties of tables that are created. */
  readonly tableProperties?: Readonly<Record<string, string>> | undefined;
  /**
   * How `local-date-time` fields become columns of a table that is created; `string` by default.
   */
  readonly timestampType?: TimestampType | undefined;
  /** IANA zone of `local-date-time` fields that become instants; `UTC` by default. */
  readonly timeZone?: string | undefined;
  /** Partitions to read without a group; by default the group shares them out. */
  readonly assign?: readonly number[] | undefined;
  readonly startingOffsets?: "latest" | "earliest" | undefined;
  readonly trigger?: "continuous" | "available-now" | undefined;
  readonly commitIntervalMs?: number | undefined;
  readonly commitRows?: number | undefined;
  /** Of Parquet. */
  readonly commitBytes?: number | undefined;
  /** Of what is fetched, decoded and not yet committed. */
  readonly memoryLimitBytes?: number | undefined;
  /**
   * Threads that decode records and encode rows, beside the one that runs the sink; 0, the default,
   * does it in that one.
   */
  readonly encoders?: number | undefined;
  /**
   * Name of the table of dead letters of a table that is created, in its namespace; by default that
   * of the table with `_dead_letters`. A table that is there must have its dead letters there.
   */
  readonly deadLetterTable?: string | undefined;
  readonly onInvalid?: "dead-letters" | "fail" | undefined;
  readonly onDataLoss?: "fail" | "continue" | undefined;
  /** Whether to go on from the position that a rollback of the table left; `fail` by default. */
  readonly onRollback?: "fail" | "accept" | undefined;
  /** How long to try to reach Kafka, catalog and store at the start. */
  readonly startupTimeoutMs?: number | undefined;
  /** After how long without progress the member is taken for hung, and stops its heartbeats. */
  readonly hungAfterMs?: number | undefined;
}

const ENCODERS_MAX = 64;

/** Settings with every default filled in. */
export type ResolvedSinkSettings = {
  readonly [K in Exclude<keyof SinkSettings, Optional>]-?: NonNullable<SinkSettings[K]>;
} & Pick<SinkSettings, Optional>;

/** Settings that have no default. */
type Optional = "assign" | "deadLetterTable";

/** Fills in the defaults; `SETTINGS_INVALID` names what cannot be. */
export function resolveSinkSettings(settings: SinkSettings): ResolvedSinkSettings {
  const resolved: ResolvedSinkSettings = {
    topic: settings.topic,
    sourceId: settings.sourceId ?? settings.topic,
    table: settings.table,
    tableProperties: settings.tableProperties ?? {},
    timestampType: settings.timestampType ?? "string",
    timeZone: settings.timeZone ?? "UTC",
    assign: settings.assign,
    startingOffsets: settings.startingOffsets ?? "latest",
    trigger: settings.trigger ?? "continuous",
    commitIntervalMs: settings.commitIntervalMs ?? 10_000,
    commitRows: settings.commitRows ?? 1_000_000,
    commitBytes: settings.commitBytes ?? 128 * 1024 ** 2,
    memoryLimitBytes: settings.memoryLimitBytes ?? 256 * 1024 ** 2,
    encoders: settings.encoders ?? 0,
    deadLetterTable: settings.deadLetterTable,
    onInvalid: settings.onInvalid ?? "dead-letters",
    onDataLoss: settings.onDataLoss ?? "fail",
    onRollback: settings.onRollback ?? "fail",
    startupTimeoutMs: settings.startupTimeoutMs ?? 60_000,
    hungAfterMs: settings.hungAfterMs ?? 300_000,
  };
  const counts = ["commitIntervalMs", "commitRows", "commitBytes", "memoryLimitBytes"] as const;
  for (const name of counts) {
    if (!(resolved[name] > 0)) {
      throw new SinkError("SETTINGS_INVALID", `${name} must be above 0, not ${resolved[name]}`);
    }
  }
  const { encoders } = resolved;
  if (!(Number.isInteger(encoders) && encoders >= 0 && encoders <= ENCODERS_MAX)) {
    const message = `encoders must be a whole number up to ${ENCODERS_MAX}, not ${encoders}`;
    throw new SinkError("SETTINGS_INVALID", message);
  }
  if (resolved.topic === "" || resolved.sourceId === "") {
    throw new SinkError("SETTINGS_INVALID", "topic and source id must not be empty");
  }
  const { deadLetterTable, table } = resolved;
  if (deadLetterTable === "" || deadLetterTable === table.name) {
    const message = `table ${table.name} cannot have its dead letters in "${deadLetterTable}"`;
    throw new SinkError("SETTINGS_INVALID", message);
  }
  return resolved;
}
