import { EXIT_UNSUITABLE, type ExitCodeRow, type FailureAdvice } from "@salon/command-line";
import type { SinkErrorCode } from "@salon/sink";

const EXIT_POSITION = 7;
const EXIT_REFUSED = 8;

/** The exit codes that only this command has. */
export const EXIT_CODES: readonly ExitCodeRow[] = [
  { code: EXIT_POSITION, meaning: "the recorded position and table or topic do not agree" },
  {
    code: EXIT_REFUSED,
    meaning: "data was lost, or a record is invalid, and the flags say to fail",
  },
];

const POSITION = { exitCode: EXIT_POSITION };
const RECOVER = "run salon-table verify, then recover-position";

/** Most of the sink's messages say themselves what to do. */
const BY_SINK_CODE: Readonly<Partial<Record<SinkErrorCode, FailureAdvice>>> = {
  POSITION_UNKNOWN: POSITION,
  POSITION_INVALID: { ...POSITION, advice: RECOVER },
  POSITION_UNCERTAIN: POSITION,
  TABLE_ROLLED_BACK: POSITION,
  TABLE_REPLACED: POSITION,
  FOREIGN_REPLAY: POSITION,
  SOURCE_CONFLICT: POSITION,
  CLUSTER_CHANGED: POSITION,
  TOPIC_RECREATED: POSITION,
  PARTITIONS_SHRUNK: POSITION,
  LOG_TRUNCATED: { ...POSITION, advice: "use another --table for a topic created anew" },
  DEAD_LETTERS_UNDONE: POSITION,
  DEAD_LETTERS_SHARED: { exitCode: EXIT_UNSUITABLE },
  DATA_LOST: { exitCode: EXIT_REFUSED },
  INVALID_RECORD: { exitCode: EXIT_REFUSED },
  RECORD_TOO_LARGE: { exitCode: EXIT_UNSUITABLE },
  TABLE_INCOMPATIBLE: {
    exitCode: EXIT_UNSUITABLE,
    advice: "alter the table or choose another --table",
  },
  FORMAT_VERSION_UNSUPPORTED: { exitCode: EXIT_UNSUITABLE },
};

/** What the sink's error codes mean to whoever ran the command. */
export const FAILURE_ADVICE: ReadonlyMap<string, FailureAdvice> = new Map(
  Object.entries(BY_SINK_CODE),
);
