import type { EngineReport } from "../engine/engine-effect.ts";
import type { SinkLogger } from "./sink-logger.ts";

/** Ids that every line carries. */
export type ReportContext = Readonly<Record<"table" | "topic", string>>;

/** The JSON of the rules that a snapshot's unit broke; undefined where none was. */
export type QualityReader = (snapshotId: bigint) => string | undefined;

/** One line for what the engine reports; a commit is one line at info. */
export function logReport(
  logger: SinkLogger,
  report: EngineReport,
  context: ReportContext,
  quality: QualityReader,
): void {
  switch (report.kind) {
    case "committed": {
      const { plan, snapshotId, failures, record } = report;
      const fields = { ...context, snapshotId: snapshotId.toString(), failures };
      if (plan.kind === "restore") {
        const undoneSnapshotId = record.undone?.snapshotId?.toString();
        const message = "position stated anew, what was decided beyond it does not count";
        logger.warn({ ...fields, plan: plan.kind, undoneSnapshotId }, message);
        return;
      }
      if (plan.kind !== "unit") {
        logger.info({ ...fields, plan: plan.kind }, "committed position");
        return;
      }
      const stretches = [...plan.stretches];
      const sum = (of: "rows" | "dead" | "gaps"): number =>
        stretches.reduce((total, [, stretch]) => total + stretch[of], 0);
      const offsets = Object.fromEntries(stretches.map(([p, { start, end }]) => [p, [start, end]]));
      const broken = quality(snapshotId);
      const counts = { rows: sum("rows"), dead: sum("dead"), gaps: sum("gaps") };
      const rules = broken === undefined ? {} : { quality: JSON.parse(broken) as unknown };
      logger.info({ ...fields, ...counts, ...rules, offsets }, "committed");
      return;
    }
    case "attempt-failed":
      logger.warn(
        { ...context, outcome: report.outcome, reason: report.reason },
        "commit not done",
      );
      return;
    case "unit-dropped":
      logger.warn({ ...context, reason: report.reason }, "unit dropped, reading it again");
      return;
    case "copy-stale":
      logger.warn(context, "the position in the table properties was edited; the snapshot counts");
      return;
    case "paused":
      logger.debug({ ...context, reason: report.reason }, "reading paused");
      return;
    case "resumed":
      logger.debug(context, "reading resumed");
      return;
    case "chunk-mismatch": {
      const { partition, requested, next } = report;
      logger.debug({ ...context, partition, requested, next }, "chunk let go, asking anew");
      return;
    }
    case "records-lost": {
      const { partition, start, end } = report;
      logger.warn({ ...context, partition, start, end }, "records lost to retention");
      return;
    }
    default:
      report satisfies never;
  }
}
