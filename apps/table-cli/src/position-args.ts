import {
  addKafkaOptions,
  type Command,
  CommandLineError,
  type KafkaArguments,
  readKafkaArguments,
  textOption,
} from "@salon/command-line";

/** Options of the commands that write a position. */
interface PositionTask {
  readonly kafka: KafkaArguments;
  readonly topic: string;
  readonly sourceId?: string | undefined;
  readonly acceptHoles: boolean;
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** Options of `recover-position`. */
export interface RecoverPositionTask extends PositionTask {
  readonly kind: "recover-position";
  readonly acceptMissing: boolean;
}

/** Options of `adopt`. */
export interface AdoptTask extends PositionTask {
  readonly kind: "adopt";
  /** Location of the checkpoint directory. */
  readonly sparkCheckpoint: string;
}

interface OptionValues {
  readonly topic?: string;
  readonly sourceId?: string;
  readonly sparkCheckpoint?: string;
  readonly acceptHoles?: boolean;
  readonly acceptMissing?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

/** Adds `recover-position` and `adopt`. */
export function addPositionCommands(command: Command, action: () => void): void {
  const recover = command
    .command("recover-position")
    .summary("Rebuilds a source's position from the rows.")
    .description(
      "Rebuilds a source's position from the offsets in the table and the dead letters. The topic " +
        "is asked about every hole; one whose record is still there is refused. Records whose dead " +
        "letters are gone, and that lie behind all that is left, are read again.",
    )
    .addOption(textOption("--source-id <name>", "source to recover (default: the topic)"));
  addKafkaOptions(recover)
    .addOption(
      textOption("--accept-holes", "record holes that the topic no longer has as unproved"),
    )
    .addOption(
      textOption(
        "--accept-missing",
        "record as lost what the topic has, and neither table any more",
      ),
    )
    .addOption(textOption("--force", "although the source was committed minutes ago"))
    .addOption(textOption("--dry-run", "show the position and write nothing"))
    .action(action);
  const adopt = command
    .command("adopt")
    .summary("Takes over from a Spark Structured Streaming job.")
    .description(
      "Reads the checkpoint of a Spark Structured Streaming job that was stopped, looks in the " +
        "table for the batch that the checkpoint leaves in doubt, and records where " +
        "salon-consume is to go on.",
    )
    .addOption(
      textOption("--spark-checkpoint <location>", "the job's checkpoint directory, as s3a://…"),
    )
    .addOption(textOption("--source-id <name>", "source to begin (default: the topic)"));
  addKafkaOptions(adopt)
    .addOption(
      textOption("--accept-holes", "the job drops records: a batch may be there without them"),
    )
    .addOption(textOption("--force", "although job or table were at work minutes ago"))
    .addOption(textOption("--dry-run", "show the position and write nothing"))
    .action(action);
}

/** What the options of {@link addPositionCommands} say; `USAGE_INVALID` naming the flag. */
export function readPositionTask(
  command: Command,
  kind: "recover-position" | "adopt",
): RecoverPositionTask | AdoptTask {
  const values = command.opts<OptionValues>();
  const { topic = "", sourceId, sparkCheckpoint } = values;
  const common = {
    kafka: readKafkaArguments(command),
    topic,
    sourceId,
    acceptHoles: values.acceptHoles === true,
    force: values.force === true,
    dryRun: values.dryRun === true,
  };
  if (kind === "recover-position") {
    return { kind, ...common, acceptMissing: values.acceptMissing === true };
  }
  if (!sparkCheckpoint) {
    throw new CommandLineError("USAGE_INVALID", "adopt needs --spark-checkpoint s3a://…");
  }
  return { kind, sparkCheckpoint, ...common };
}
