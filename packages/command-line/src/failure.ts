import {
  EXIT_DENIED,
  EXIT_FAILED,
  EXIT_STORAGE_FULL,
  EXIT_UNREACHABLE,
  EXIT_UNSUITABLE,
  EXIT_USAGE,
} from "./exit-code.ts";

/** What an error code means to whoever ran the command. */
export interface FailureAdvice {
  readonly exitCode: number;
  /** What to do, as the end of a sentence. */
  readonly advice?: string | undefined;
}

/** A failure as a command ends with it. */
export interface Failure {
  readonly exitCode: number;
  /** Absent for errors that are none of ours. */
  readonly code?: string | undefined;
  /** One sentence: what failed, on what, and what to do. */
  readonly sentence: string;
}

const CHECK_CATALOG = "check --catalog-property and that the catalog runs";
const CHECK_STORE = "check the s3.* settings of --catalog-property and that the store runs";
const CHECK_CREDENTIALS =
  "check the credentials and what they permit, or the authorities of NODE_EXTRA_CA_CERTS";
const FIX_TABLE = "choose another --table or repair this one";

/** By the codes of the packages that the commands are made of. */
const ADVICE: ReadonlyMap<string, FailureAdvice> = new Map(
  Object.entries({
    USAGE_INVALID: { exitCode: EXIT_USAGE },
    SETTINGS_INVALID: { exitCode: EXIT_USAGE, advice: "see --help" },
    FILE_UNREADABLE: { exitCode: EXIT_USAGE },
    KAFKA_UNREACHABLE: {
      exitCode: EXIT_UNREACHABLE,
      advice: "check --bootstrap-servers, --security-protocol and that the broker runs",
    },
    KAFKA_UNAUTHORIZED: {
      exitCode: EXIT_DENIED,
      advice: "check --security-protocol, the --sasl and --ssl flags and the user's permissions",
    },
    KAFKA_REQUEST_FAILED: { exitCode: EXIT_FAILED, advice: "look into the log of the broker" },
    API_UNSUPPORTED: { exitCode: EXIT_UNSUITABLE, advice: "use a newer Kafka" },
    TOPIC_NOT_FOUND: { exitCode: EXIT_UNSUITABLE, advice: "check --topic or create the topic" },
    RECORD_TOO_LARGE: {
      exitCode: EXIT_UNSUITABLE,
      advice: "raise the limit that it exceeds or remove the record",
    },
    OFFSET_UNSAFE: { exitCode: EXIT_UNSUITABLE },
    MEMBER_HUNG: { exitCode: EXIT_FAILED, advice: "start it again" },
    MEMBER_FENCED: {
      exitCode: EXIT_FAILED,
      advice: "give every process a --group-instance-id of its own",
    },
    GROUP_INCOMPATIBLE: {
      exitCode: EXIT_UNSUITABLE,
      advice: "use another --group-id or stop the group's other members",
    },
    CATALOG_UNAVAILABLE: { exitCode: EXIT_UNREACHABLE, advice: CHECK_CATALOG },
    CATALOG_UNAUTHORIZED: { exitCode: EXIT_DENIED, advice: CHECK_CREDENTIALS },
    STORAGE_UNAVAILABLE: { exitCode: EXIT_UNREACHABLE, advice: CHECK_STORE },
    STORAGE_FULL: { exitCode: EXIT_STORAGE_FULL, advice: "free some space and start again" },
    ACCESS_DENIED: { exitCode: EXIT_DENIED, advice: CHECK_CREDENTIALS },
    CONDITIONAL_CREATE_UNSUPPORTED: {
      exitCode: EXIT_UNSUITABLE,
      advice: "use --catalog rest or sql with this store",
    },
    TABLE_NOT_FOUND: {
      exitCode: EXIT_UNSUITABLE,
      advice: "check --table, --namespace and --warehouse",
    },
    TABLE_ALREADY_EXISTS: { exitCode: EXIT_UNSUITABLE, advice: "choose another --table" },
    NAMESPACE_NOT_FOUND: { exitCode: EXIT_UNSUITABLE, advice: "check --namespace" },
    NAMESPACE_ALREADY_EXISTS: { exitCode: EXIT_UNSUITABLE, advice: "check --namespace" },
    SCHEMA_MISMATCH: { exitCode: EXIT_UNSUITABLE, advice: FIX_TABLE },
    METADATA_INVALID: { exitCode: EXIT_UNSUITABLE, advice: FIX_TABLE },
    FILE_NOT_FOUND: { exitCode: EXIT_UNSUITABLE, advice: "look for what removed the file" },
    UNSUPPORTED: { exitCode: EXIT_UNSUITABLE },
    COMMIT_RETRIES_EXHAUSTED: {
      exitCode: EXIT_FAILED,
      advice: "look for other writers of the table and start again",
    },
    COMMIT_STATE_UNKNOWN: { exitCode: EXIT_FAILED, advice: "start again: it settles the commit" },
  } satisfies Record<string, FailureAdvice>),
);

/**
 * Says what an error means for the process. Errors of salon's packages are known by their shape: a
 * `code` beside a `context`. Anything else is a defect of ours, or of the machine, and says so.
 * `more` adds codes, or replaces what is said of one.
 */
export function describeFailure(
  error: unknown,
  more: ReadonlyMap<string, FailureAdvice> = new Map(),
): Failure {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === undefined) {
    return {
      exitCode: EXIT_FAILED,
      sentence: sentence(`unexpected error: ${message}`, "--log-level debug shows where"),
    };
  }
  const { exitCode, advice } = more.get(code) ?? ADVICE.get(code) ?? { exitCode: EXIT_FAILED };
  return { exitCode, code, sentence: sentence(message, advice) };
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("context" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function sentence(message: string, advice: string | undefined): string {
  const text = message.replaceAll(/\s*\n\s*/g, " ").replace(/\.$/, "");
  return advice === undefined ? text : `${text}; ${advice}`;
}
