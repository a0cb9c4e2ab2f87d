import { currentSchema } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import type { KafkaSink, KafkaSource, TopicDescription } from "@salon/kafka-io";
import type { EventSchema, QualityRule } from "@salon/schema";
import { EncoderPool } from "../encoding/encoder-pool.ts";
import type { OpenEncoders } from "../encoding/encoders.ts";
import { encodeHere } from "../encoding/unit-writer.ts";
import type { EngineReport } from "../engine/engine-effect.ts";
import type { EngineSettings, EngineState } from "../engine/engine-state.ts";
import { bindTable } from "../mapping/table-binding.ts";
import { qualityOf } from "../protocol/quality-counts.ts";
import { CommitTarget } from "./commit-target.ts";
import { DeadLetterTable } from "./dead-letter-table.ts";
import { checkKeepsHeaders, DeadLetterTopic } from "./dead-letter-topic.ts";
import { openTables } from "./open-tables.ts";
import { logReport } from "./report-log.ts";
import { retryWhileUnavailable } from "./retry.ts";
import { processClock, sleep } from "./sink-clock.ts";
import type { SinkClock } from "./sink-clock.ts";
import { SinkLoop } from "./sink-loop.ts";
import { withFields } from "./sink-logger.ts";
import type { SinkLogger } from "./sink-logger.ts";
import { troubleOf } from "./sink-observation.ts";
import type { SinkObserver } from "./sink-observation.ts";
import { resolveSinkSettings } from "./sink-settings.ts";
import type { ResolvedSinkSettings, SinkSettings } from "./sink-settings.ts";
import { SnapshotExpiry } from "./snapshot-expiry.ts";
import { UnitStore } from "./unit-store.ts";

/** What a sink works with; the caller opens and disposes them. */
export interface SinkComponents {
  readonly catalog: Catalog;
  readonly source: KafkaSource;
  readonly events: EventSchema;
  /** What valid records are held to besides; nothing by default. */
  readonly rules?: readonly QualityRule[] | undefined;
  /**
   * A topic that gets the dead letters too, each at least once; it is created where it is missing,
   * with as many partitions as the source has.
   */
  readonly deadLetterSink?: KafkaSink | undefined;
  readonly logger: SinkLogger;
  /** Aborting it ends the sink in order: what was read is committed, the group is left. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970, for the rows; what the sink waits for goes by the clock. */
  readonly nowMs?: (() => number) | undefined;
  readonly clock?: SinkClock | undefined;
  /** Decode and encode in place of the threads that the settings name. */
  readonly openEncoders?: OpenEncoders | undefined;
  readonly onReport?: ((report: EngineReport, state: EngineState) => void) | undefined;
  /** Told what the sink does and how it fares, for metrics and status pages. */
  readonly observe?: SinkObserver | undefined;
}

/** What a run came to. */
export interface SinkSummary {
  readonly rows: number;
  readonly dead: number;
  readonly commits: number;
}

const TOPIC_LOOK_MS = 1_000;
const LOOK_INTERVAL_MS = 3_600_000;
const TRUNCATION_GRACE_MS = 30_000;
const REVOKE_TIMEOUT_MS = 20_000;
const PENDING_MANIFESTS_MAX = 100;

/**
 * Puts a topic into a table, exactly once (PROTOCOL), until the signal or, for `available-now`,
 * until what was there at the start is in it. Tables are created where they are missing.
 *
 * Errors: {@link SinkError}; `IcebergError` and `KafkaIoError` for what lies below, of which the
 * retryable ones only at the start, when the time for it is up.
 */
export async function runSink(
  settings: SinkSettings,
  components: SinkComponents,
): Promise<SinkSummary> {
  const { observe = ignore } = components;
  const { topic, table } = settings;
  const logger = withFields(components.logger, { topic, table: table.name });
  try {
    const summary = await readIntoTable(settings, { ...components, observe, logger });
    observe({ kind: "ended" });
    return summary;
  } catch (error) {
    observe({ kind: "ended", error: error instanceof Error ? error : new Error(String(error)) });
    throw error;
  }
}

function ignore(): void {}

async function readIntoTable(
  settings: SinkSettings,
  components: SinkComponents & { readonly observe: SinkObserver },
): Promise<SinkSummary> {
  const resolved = resolveSinkSettings(settings);
  const { catalog, source, events, rules = [], logger, signal, observe } = components;
  const { clock = processClock } = components;
  const summary = { rows: 0, dead: 0, commits: 0 };
  const failed = new AbortController();
  const starting = {
    clock,
    // Where the tables cannot be opened nobody waits for the topic any more.
    signal: AbortSignal.any([signal, failed.signal]),
    timeoutMs: resolved.startupTimeoutMs,
    onRetry: (error: Error, waitMs: number) => {
      logger.warn(
        { err: error.message, waitMs: Math.round(waitMs) },
        "not there yet, trying again",
      );
      observe(troubleOf(error));
    },
  };
  const [awaited, tables] = await Promise.all([
    awaitTopics(source, resolved, components, starting),
    retryWhileUnavailable(() => openTables(catalog, events, resolved, clock), starting),
  ]).catch((error: unknown) => {
    if (signal.aborted) return [undefined, undefined] as const;
    failed.abort();
    throw error;
  });
  if (awaited === undefined) return summary;

  const { topic, isNew } = awaited;
  const { main } = tables;
  const mainTableUuid = main.metadata.tableUuid;
  const { sourceId } = resolved;
  const { deadLetterSink } = components;
  if (deadLetterSink !== undefined && tables.deadLetters) checkKeepsHeaders(tables.deadLetters);
  const deadLetters =
    tables.deadLetters &&
    new DeadLetterTable({
      catalog,
      table: tables.deadLetters,
      mainTableUuid,
      sourceId,
      clock,
      topic: deadLetterSink && new DeadLetterTopic(deadLetterSink),
    });
  const target = new CommitTarget({
    catalog,
    table: main,
    sourceId,
    topic: resolved.topic,
    deadLetters,
  });
  // Said at once, not when the first record is there.
  bindTable(currentSchema(main.metadata), events, resolved.timeZone, main.identifier.name);

  const nowMs = components.nowMs ?? Date.now;
  const onTrouble = (error: Error): void => {
    logger.warn({ err: error.message }, "trouble, going on");
    observe(troubleOf(error));
  };
  const { timeZone } = resolved;
  const { openEncoders = encodersOf(resolved, clock) } = components;
  await using encoders = openEncoders({ events, rules, timeZone });
  const units = new UnitStore({
    target,
    deadLetters: resolved.onInvalid === "dead-letters" ? deadLetters : undefined,
    events,
    timeZone,
    encoders,
    writerMemoryBytes: Math.ceil(resolved.memoryLimitBytes / 4),
    nowMs,
    clock,
    onTrouble,
  });
  const identity = {
    sourceId,
    cluster: topic.clusterId,
    topic: resolved.topic,
    topicId: topic.topicId,
    partitions: topic.partitionCount,
  };
  await using expiry = new SnapshotExpiry({ catalog, clock, nowMs, logger });
  // All that such a topic has came after the start, which is what latest means.
  const startingOffsets = isNew ? "earliest" : resolved.startingOffsets;
  const loop = new SinkLoop(engineSettings({ ...resolved, startingOffsets }), identity, {
    source,
    target,
    units,
    clock,
    onTrouble,
    observe,
    revokeTimeoutMs: REVOKE_TIMEOUT_MS,
    hungAfterMs: resolved.hungAfterMs,
    onReport: (report, state) => {
      count(summary, report);
      const context = { table: main.identifier.name, topic: resolved.topic };
      logReport(logger, report, context, (id) => qualityOf(target.table.metadata, sourceId, id));
      if (report.kind === "committed") {
        expiry.consider([target.table, ...(deadLetters ? [deadLetters.table] : [])]);
      }
      if (report.kind === "unit-dropped") observe(report);
      components.onReport?.(report, state);
    },
  });
  observe({
    kind: "started",
    table: main.identifier.name,
    topic: resolved.topic,
    sourceId,
    partitionCount: topic.partitionCount,
    commitIntervalMs: resolved.commitIntervalMs,
    memoryLimitBytes: resolved.memoryLimitBytes,
    rules: rules.map(({ name, severity }) => ({ name, severity })),
    status: () => loop.status,
  });
  const stop = (): void => loop.stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (!signal.aborted) await loop.run();
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return summary;
}

function encodersOf({ encoders }: ResolvedSinkSettings, { nowMs }: SinkClock): OpenEncoders {
  return (form) =>
    encoders === 0 ? encodeHere(form, nowMs) : new EncoderPool(form, { threads: encoders });
}

/** Waits for the source's topic, and sees to that of the dead letters. */
async function awaitTopics(
  ...[source, settings, components, starting]: Parameters<typeof awaitTopic>
): ReturnType<typeof awaitTopic> {
  const awaited = await awaitTopic(source, settings, components, starting);
  const { deadLetterSink } = components;
  const { partitionCount } = awaited.topic;
  const { signal } = starting;
  if (deadLetterSink !== undefined) {
    await retryWhileUnavailable(() => deadLetterSink.ensureTopic(partitionCount, signal), starting);
  }
  return awaited;
}

/** Waits for the topic to exist, and says once that it does not: it is new then. */
async function awaitTopic(
  source: KafkaSource,
  settings: ResolvedSinkSettings,
  { logger }: SinkComponents,
  starting: Parameters<typeof retryWhileUnavailable>[1],
): Promise<{ readonly topic: TopicDescription; readonly isNew: boolean }> {
  const { signal } = starting;
  for (let looks = 0; ; looks++) {
    const topic = await retryWhileUnavailable(() => source.describeTopic(signal), starting);
    if (topic !== undefined) return { topic, isNew: looks > 0 };
    if (looks === 0) logger.warn({ topic: settings.topic }, "topic does not exist, waiting for it");
    await sleep(starting.clock, TOPIC_LOOK_MS, signal);
  }
}

function engineSettings(settings: ResolvedSinkSettings): EngineSettings {
  return {
    startingOffsets: settings.startingOffsets,
    trigger: settings.trigger,
    assign: settings.assign,
    commitIntervalMs: settings.commitIntervalMs,
    commitRows: settings.commitRows,
    commitBytes: settings.commitBytes,
    memoryLimitBytes: settings.memoryLimitBytes,
    onDataLoss: settings.onDataLoss,
    onRollback: settings.onRollback,
    lookIntervalMs: LOOK_INTERVAL_MS,
    truncationGraceMs: TRUNCATION_GRACE_MS,
    pendingManifestsMax: PENDING_MANIFESTS_MAX,
  };
}

function count(
  summary: { rows: number; dead: number; commits: number },
  report: EngineReport,
): void {
  if (report.kind !== "committed") return;
  summary.commits++;
  if (report.plan.kind !== "unit") return;
  for (const { rows, dead } of report.plan.stretches.values()) {
    summary.rows += rows;
    summary.dead += dead;
  }
}
