/** A row of the table of exit codes that `--help` shows. */
export interface ExitCodeRow {
  readonly code: number;
  readonly meaning: string;
}

/** Work done, or ended in order by a signal. */
export const EXIT_DONE: number = 0;
/** Failed for a reason without a code of its own. */
export const EXIT_FAILED: number = 1;
/** The command line is wrong, or a file that it names. */
export const EXIT_USAGE: number = 2;
/** Kafka, the catalog or the store could not be reached within the stated time. */
export const EXIT_UNREACHABLE: number = 3;
/** Credentials or permissions do not suffice. */
export const EXIT_DENIED: number = 4;
/** The topic or the table is absent or is not what the command needs. */
export const EXIT_UNSUITABLE: number = 5;
/** No space is left where the table lives. */
export const EXIT_STORAGE_FULL: number = 6;

/** The exit codes that every command has. */
export const EXIT_CODES: readonly ExitCodeRow[] = [
  { code: EXIT_DONE, meaning: "done, or ended in order by SIGINT or SIGTERM" },
  { code: EXIT_FAILED, meaning: "failed for another reason than those below" },
  { code: EXIT_USAGE, meaning: "the command line is wrong, or a file that it names" },
  { code: EXIT_UNREACHABLE, meaning: "Kafka, catalog or store not reached within the stated time" },
  { code: EXIT_DENIED, meaning: "access denied: credentials or permissions" },
  { code: EXIT_UNSUITABLE, meaning: "topic or table absent, or not what the command needs" },
  { code: EXIT_STORAGE_FULL, meaning: "no space left in the store" },
  { code: 130, meaning: "ended at once by a second SIGINT (143: SIGTERM)" },
];
