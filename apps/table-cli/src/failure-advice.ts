import { EXIT_FAILED, EXIT_UNSUITABLE, type FailureAdvice } from "@salon/command-line";
import type { SinkErrorCode } from "@salon/sink";

/** Messages of the other codes say themselves what to do. */
const BY_SINK_CODE: Readonly<Partial<Record<SinkErrorCode, FailureAdvice>>> = {
  POSITION_UNKNOWN: { exitCode: EXIT_UNSUITABLE, advice: "check --table, --source-id and --topic" },
  TABLE_INCOMPATIBLE: { exitCode: EXIT_UNSUITABLE },
  CHECKPOINT_INVALID: {
    exitCode: EXIT_UNSUITABLE,
    advice: "check --spark-checkpoint, --table and --topic",
  },
  BATCH_TORN: { exitCode: EXIT_FAILED },
  RECORDS_MISSING: {
    exitCode: EXIT_FAILED,
    advice: "restore the rows or dead letters, or begin a new table",
  },
};

/** What the codes that only this command meets mean to whoever ran it. */
export const FAILURE_ADVICE: ReadonlyMap<string, FailureAdvice> = new Map(
  Object.entries(BY_SINK_CODE),
);
