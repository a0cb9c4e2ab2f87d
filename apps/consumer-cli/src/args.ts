import {
  addCatalogOptions,
  addKafkaOptions,
  byteSizeOption,
  type CatalogArguments,
  choiceOption,
  type Command,
  CommandLineError,
  type ConfigurationEntry,
  createCommand,
  describeConfiguration,
  durationOption,
  integerOption,
  type KafkaArguments,
  type LogSettings,
  type ParseOutcome,
  parseCommandLine,
  readCatalogArguments,
  readKafkaArguments,
  readLogSettings,
  readNameValues,
  repeatableOption,
  START_TIMEOUT_MS,
  textOption,
} from "@salon/command-line";
import type { SinkSettings } from "@salon/sink";
import { parseDeadLetterPlace } from "./dead-letter-place.ts";
import { EXAMPLES } from "./examples.ts";
import { EXIT_CODES } from "./failure-advice.ts";
import {
  addReaderOptions,
  readAssignment,
  type ReaderArguments,
  readReaderArguments,
  refuseEmpty,
} from "./reader-options.ts";
import { addUiOptions, readUiArguments, type UiArguments } from "./ui-options.ts";

/** What `salon-consume` is to do. */
export interface ConsumeSettings {
  readonly log: LogSettings;
  readonly kafka: KafkaArguments;
  readonly reader: ReaderArguments;
  readonly catalog: CatalogArguments;
  readonly sink: SinkSettings;
  /** A topic that gets the dead letters besides their table. */
  readonly deadLetterTopic?: string | undefined;
  /** The name of shipped quality rules or a file; absent: none. */
  readonly rules?: string | undefined;
  /** Absent: no status page. */
  readonly ui?: UiArguments | undefined;
  /** What is in force, for the page; secrets are hidden. */
  readonly configuration: readonly ConfigurationEntry[];
}

interface ConsumeOptionValues {
  readonly topic: string;
  readonly sourceId?: string;
  readonly timestampType: "string" | "timestamp" | "timestamptz";
  readonly timeZone: string;
  readonly startingOffsets: "latest" | "earliest";
  readonly trigger: "continuous" | "available-now";
  readonly commitInterval: number;
  readonly commitRows: number;
  readonly commitBytes: number;
  readonly memoryLimit: number;
  readonly encoders: number;
  readonly rules?: string;
  readonly deadLetters?: string;
  readonly onInvalid: "dead-letters" | "fail";
  readonly onDataLoss: "fail" | "continue";
  readonly onRollback: "fail" | "accept";
}

/** Turns the arguments, and the environment where they are silent, into settings. */
export function parseArgs(argv: readonly string[], version: string): ParseOutcome<ConsumeSettings> {
  const command = createCommand({
    name: "salon-consume",
    description:
      "Puts JSON events of a Kafka topic into an Apache Iceberg table, each exactly once. The " +
      "position is in the table. Kafka, catalog and store are tried for 30 s at the start; lost " +
      "while running, they are waited for.",
    version,
    examples: EXAMPLES,
    exitCodes: EXIT_CODES,
  });
  addKafkaOptions(command);
  addReaderOptions(command);
  addSourceOptions(command);
  addCatalogOptions(command);
  addTableOptions(command);
  addCommitOptions(command);
  addUiOptions(command);
  return parseCommandLine(command, argv, readSettings);
}

function addSourceOptions(command: Command): void {
  command
    .addOption(
      textOption(
        "--source-id <name>",
        "name of the topic in the table's ledger (default: the topic's)",
      ),
    )
    .addOption(
      choiceOption(
        "--starting-offsets <where>",
        "where a table without a position begins",
        ["latest", "earliest"],
        "latest",
      ),
    )
    .addOption(
      choiceOption(
        "--trigger <when>",
        "run on, or end after what was there at the start",
        ["continuous", "available-now"],
        "continuous",
      ),
    );
}

function addTableOptions(command: Command): void {
  command
    .addOption(
      repeatableOption(
        "--table-property <name=value>",
        "property of a table that is created; repeatable, in the variable by commas",
      ),
    )
    .addOption(
      choiceOption(
        "--timestamp-type <type>",
        "type of the timestamp column of a table that is created",
        ["string", "timestamp", "timestamptz"],
        "string",
      ),
    )
    .addOption(
      textOption("--time-zone <zone>", "zone of the events' timestamps for timestamptz", "UTC"),
    );
}

function addCommitOptions(command: Command): void {
  command
    .addOption(
      durationOption("--commit-interval <time>", "commit when the commit before is this long ago", {
        defaultText: "10s",
        minMs: 1,
      }),
    )
    .addOption(
      integerOption(
        "--commit-rows <number>",
        "or after so many rows",
        { min: 1, max: Number.MAX_SAFE_INTEGER },
        1_000_000,
      ),
    )
    .addOption(
      byteSizeOption("--commit-bytes <size>", "or after so much Parquet", {
        defaultText: "128MiB",
      }),
    )
    .addOption(
      byteSizeOption(
        "--memory-limit <size>",
        "bound of what is fetched, decoded and not yet committed",
        { defaultText: "256MiB" },
      ),
    )
    .addOption(
      integerOption(
        "--encoders <number>",
        "threads that decode records and encode rows beside the one that does all else",
        { min: 0, max: 64 },
        0,
      ),
    )
    .addOption(
      textOption(
        "--rules <file>",
        'JSON file of quality rules; "ratings" takes those that come with the ratings (default: none)',
      ),
    )
    .addOption(
      textOption(
        "--dead-letters <table:name|topic:name>",
        "table of the dead letters of a table that is created (default: table:<its name>_dead_letters), " +
          "or a topic that gets them too",
      ),
    )
    .addOption(
      choiceOption(
        "--on-invalid <what>",
        "what becomes of invalid records",
        ["dead-letters", "fail"],
        "dead-letters",
      ),
    )
    .addOption(
      choiceOption(
        "--on-data-loss <what>",
        "what to do where retention was faster",
        ["fail", "continue"],
        "fail",
      ),
    )
    .addOption(
      choiceOption(
        "--on-rollback <what>",
        "what to do where the table was rolled back below the position",
        ["fail", "accept"],
        "fail",
      ),
    );
}

function readSettings(command: Command): ConsumeSettings {
  const values = command.opts<ConsumeOptionValues>();
  const catalog = readCatalogArguments(command);
  refuseEmpty("--source-id", values.sourceId);
  refuseEmpty("--rules", values.rules);
  if (!isTimeZone(values.timeZone)) {
    throw usageError(`--time-zone ${values.timeZone} is no zone, as UTC or Europe/Berlin`);
  }
  const deadLetters = parseDeadLetterPlace(values.deadLetters, values.topic);
  if (deadLetters.topic !== undefined && values.onInvalid === "fail") {
    throw usageError(`--dead-letters ${values.deadLetters} gets nothing under --on-invalid fail`);
  }
  return {
    log: readLogSettings(command),
    kafka: readKafkaArguments(command),
    deadLetterTopic: deadLetters.topic,
    reader: readReaderArguments(command, catalog),
    catalog,
    rules: values.rules,
    ui: readUiArguments(command),
    configuration: describeConfiguration(command),
    sink: {
      topic: values.topic,
      sourceId: values.sourceId ?? values.topic,
      table: { namespace: catalog.namespace, name: catalog.table },
      tableProperties: readNameValues(command, "--table-property"),
      timestampType: values.timestampType,
      timeZone: values.timeZone,
      assign: readAssignment(command),
      startingOffsets: values.startingOffsets,
      trigger: values.trigger,
      commitIntervalMs: values.commitInterval,
      commitRows: values.commitRows,
      commitBytes: values.commitBytes,
      memoryLimitBytes: values.memoryLimit,
      encoders: values.encoders,
      deadLetterTable: deadLetters.table,
      onInvalid: values.onInvalid,
      onDataLoss: values.onDataLoss,
      onRollback: values.onRollback,
      startupTimeoutMs: START_TIMEOUT_MS,
    },
  };
}

/** Whether the runtime's time zone database knows the name. */
function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

function usageError(message: string): CommandLineError {
  return new CommandLineError("USAGE_INVALID", message);
}
