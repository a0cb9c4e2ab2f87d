import {
  addCatalogOptions,
  addExamples,
  addKafkaOptions,
  type CatalogArguments,
  type Command,
  CommandLineError,
  createCommand,
  integerOption,
  type KafkaArguments,
  type LogSettings,
  type ParseOutcome,
  parseCommandLine,
  readCatalogArguments,
  readLogSettings,
  readOptionalKafkaArguments,
  textOption,
} from "@salon/command-line";
import { EXAMPLES } from "./examples.ts";
import {
  addPositionCommands,
  type AdoptTask,
  readPositionTask,
  type RecoverPositionTask,
} from "./position-args.ts";

/** What `salon-table` is to do. */
export interface TableSettings {
  readonly log: LogSettings;
  readonly catalog: CatalogArguments;
  /** One JSON document on standard output instead of text. */
  readonly isJson: boolean;
  readonly task: TableTask;
}

/** One of the subcommands with its own options. */
export type TableTask =
  | { readonly kind: "describe" }
  | { readonly kind: "snapshots" }
  | { readonly kind: "files"; readonly snapshotId?: bigint | undefined }
  | DeadLettersTask
  | VerifyTask
  | RecoverPositionTask
  | AdoptTask;

/** Options of `dead-letters`. */
export interface DeadLettersTask {
  readonly kind: "dead-letters";
  /** Absent: every cause. */
  readonly cause?: string | undefined;
  /** Samples of each cause. */
  readonly limit: number;
}

/** Options of `verify`. */
export interface VerifyTask {
  readonly kind: "verify";
  /** Absent: the topic is not asked. */
  readonly kafka?: KafkaArguments | undefined;
  readonly topic?: string | undefined;
  readonly sourceId?: string | undefined;
  readonly isDeep: boolean;
  readonly timeZone: string;
  readonly allowDeletes: boolean;
  readonly allowLost: boolean;
}

interface OptionValues {
  readonly json?: boolean;
  readonly snapshotId?: string;
  readonly cause?: string;
  readonly limit: number;
  readonly topic?: string;
  readonly sourceId?: string;
  readonly deep?: boolean;
  readonly timeZone: string;
  readonly allowDeletes?: boolean;
  readonly allowLost?: boolean;
}

/** Turns the arguments, and the environment where they are silent, into settings. */
export function parseArgs(argv: readonly string[], version: string): ParseOutcome<TableSettings> {
  const command = createCommand({
    name: "salon-table",
    description: "Proves and inspects an Iceberg table.",
    version,
    examples: [
      {
        does: "What the table is, and how far it is:",
        line: "salon-table describe",
      },
      {
        does: "Proof that each record is there once, by every value:",
        line: "salon-table verify --bootstrap-servers localhost:29092 --deep",
      },
      {
        does: "The same of a table of a REST catalog, as JSON:",
        line: "salon-table verify --json --catalog rest --catalog-property uri=http://localhost:8181",
      },
    ],
  });
  addCatalogOptions(command).addOption(
    textOption("--json", "print one JSON document instead of text"),
  );
  addInspection(command);
  addDeadLetters(command);
  addVerify(command);
  addPositionCommands(command, noAction);
  for (const each of command.commands) addExamples(each, EXAMPLES[each.name()] ?? []);
  return parseCommandLine(command, argv, readSettings);
}

function addInspection(command: Command): void {
  command
    .command("describe")
    .description("Shows schema, partitions, properties, and what is recorded of each source.")
    .action(noAction);
  command
    .command("snapshots")
    .description("Lists the snapshots, the newest first.")
    .action(noAction);
  command
    .command("files")
    .description("Lists the data files of a snapshot.")
    .addOption(textOption("--snapshot-id <id>", "snapshot to list (default: the current one)"))
    .action(noAction);
}

function addDeadLetters(command: Command): void {
  command
    .command("dead-letters")
    .summary("Counts the dead letters by cause and shows samples.")
    .description(
      "Counts the records that became no rows by cause and field, those that still wait for their " +
        "table too, and shows samples of each. Control characters of records are escaped.",
    )
    .addOption(textOption("--cause <cause>", "only this one, as INVALID_JSON or rule:rating-range"))
    .addOption(
      integerOption("--limit <number>", "samples of each cause", { min: 0, max: 10_000 }, 3),
    )
    .action(noAction);
}

function addVerify(command: Command): void {
  const verify = command
    .command("verify")
    .summary("Proves that every recorded offset is there exactly once.")
    .description(
      "Proves that every recorded offset is there exactly once, in the table or the dead letters. " +
        "With --bootstrap-servers also that no record is missing that the topic still has. Ends " +
        "with 0 if proved, with 1 if not.",
    )
    .addOption(textOption("--source-id <name>", "only this source (default: all of the table)"));
  addKafkaOptions(verify, "optional")
    .addOption(textOption("--deep", "compare every record with the topic by value"))
    .addOption(
      textOption("--time-zone <zone>", "with --deep: the zone that salon-consume had", "UTC"),
    )
    .addOption(textOption("--allow-deletes", "rows and dead letters may have been deleted"))
    .addOption(textOption("--allow-lost", "offsets may be recorded as lost or unproved"))
    .action(noAction);
}

/** Commander asks for one; `parseCommandLine` answers with the command that was chosen. */
function noAction(): void {}

function readSettings(command: Command): TableSettings {
  return {
    log: readLogSettings(command),
    catalog: readCatalogArguments(command),
    isJson: command.optsWithGlobals<OptionValues>().json === true,
    task: readTask(command),
  };
}

function readTask(command: Command): TableTask {
  const values = command.opts<OptionValues>();
  if (values.sourceId === "") throw usageError("--source-id must not be empty");
  const name = command.name();
  switch (name) {
    case "describe":
      return { kind: "describe" };
    case "snapshots":
      return { kind: "snapshots" };
    case "files":
      return { kind: "files", snapshotId: readSnapshotId(values.snapshotId) };
    case "dead-letters":
      return { kind: "dead-letters", cause: values.cause, limit: values.limit };
    case "verify":
      return readVerify(command, values);
    case "recover-position":
    case "adopt":
      return readPositionTask(command, name);
    default:
      throw usageError("a command is missing, see --help");
  }
}

function readVerify(command: Command, values: OptionValues): VerifyTask {
  const kafka = readOptionalKafkaArguments(command);
  const isDeep = values.deep === true;
  if (isDeep && kafka === undefined) throw usageError("--deep needs --bootstrap-servers");
  if (!isTimeZone(values.timeZone)) {
    throw usageError(`--time-zone ${values.timeZone} is no zone, as UTC or Europe/Berlin`);
  }
  return {
    kind: "verify",
    kafka,
    topic: values.topic,
    sourceId: values.sourceId,
    isDeep,
    timeZone: values.timeZone,
    allowDeletes: values.allowDeletes === true,
    allowLost: values.allowLost === true,
  };
}

function readSnapshotId(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,19}$/.test(text)) return BigInt(text);
  throw usageError(`--snapshot-id takes a number, not "${text}"`);
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
