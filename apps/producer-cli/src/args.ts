import {
  addKafkaOptions,
  type Command,
  CommandLineError,
  createCommand,
  decimalOption,
  durationOption,
  integerOption,
  type KafkaArguments,
  type LogSettings,
  type ParseOutcome,
  parseCommandLine,
  readKafkaArguments,
  readLogSettings,
  textOption,
} from "@salon/command-line";

const RATE_MAX = 1_000_000;
const PARTITIONS_MAX = 10_000;
const SEED_MAX = 2 ** 32 - 1;

/** What `salon-produce` is to do. */
export interface ProduceSettings {
  readonly log: LogSettings;
  readonly target: ProduceTarget;
  /** Time between two records; 0 is as fast as the target takes them. */
  readonly periodMs: number;
  /** Absent where only the count is to end it. */
  readonly durationMs?: number | undefined;
  /** Absent where only the duration is to end it. */
  readonly count?: number | undefined;
  /** Absent: one is drawn. */
  readonly seed?: number | undefined;
  /** From 0 to 1. */
  readonly dirtyShare: number;
}

/** Where the records go. */
export type ProduceTarget =
  | { readonly kind: "stdout" }
  | {
      readonly kind: "kafka";
      readonly kafka: KafkaArguments;
      readonly topic: string;
      /** Present: a missing topic is created with so many. */
      readonly partitionCount?: number | undefined;
    };

interface ProduceOptionValues {
  readonly topic: string;
  readonly duration: number;
  readonly interval: number;
  readonly rate?: number;
  readonly count?: number;
  readonly seed?: number;
  readonly dirty: number;
  readonly partitions?: number;
  readonly stdout?: boolean;
}

/** Turns the arguments, and the environment where they are silent, into settings. */
export function parseArgs(argv: readonly string[], version: string): ParseOutcome<ProduceSettings> {
  const command = createCommand({
    name: "salon-produce",
    description:
      "Sends realistic salon ratings to a Kafka topic, keyed by customer and acknowledged by all " +
      "replicas. A cluster that cannot be reached is tried for 30 s at the start.",
    version,
    examples: [
      {
        does: "A rating every three seconds for ten minutes:",
        line: "salon-produce",
      },
      {
        does: "Into a topic that is made if it is missing, 500 a second for an hour:",
        line: "salon-produce --partitions 3 --rate 500 --duration 1h",
      },
      {
        does: "As many as fast as it goes, 5 % of them wrong:",
        line: "salon-produce --count 200000 --interval 0s --dirty 0.05",
      },
      {
        does: "As lines on standard output, without Kafka:",
        line: "salon-produce --stdout --count 10 --interval 0s --seed 42",
      },
    ],
  });
  addKafkaOptions(command)
    .addOption(
      durationOption(
        "--duration <time>",
        "when to end, as 90s, 10m or 1h; without a limit where only --count is given",
        { defaultText: "10m", minMs: 1 },
      ),
    )
    .addOption(
      durationOption("--interval <time>", "time between two records; 0s is as fast as possible", {
        defaultText: "3s",
      }),
    )
    .addOption(
      decimalOption("--rate <number>", "records a second, instead of --interval", {
        min: 0.001,
        max: RATE_MAX,
      }),
    )
    .addOption(
      integerOption("--count <number>", "how many records to send", {
        min: 1,
        max: Number.MAX_SAFE_INTEGER,
      }),
    )
    .addOption(
      integerOption("--seed <number>", "same seed, same ratings (default: drawn, and shown)", {
        min: 0,
        max: SEED_MAX,
      }),
    )
    .addOption(
      decimalOption(
        "--dirty <share>",
        "share of dirty records, from 0 to 1",
        { min: 0, max: 1 },
        0,
      ),
    )
    .addOption(
      integerOption("--partitions <number>", "create a missing topic with so many partitions", {
        min: 1,
        max: PARTITIONS_MAX,
      }),
    )
    .addOption(textOption("--stdout", "print the records as lines instead of sending them"));
  return parseCommandLine(command, argv, (parsed) => {
    const values = parsed.opts<ProduceOptionValues>();
    const isGiven = (name: string): boolean => parsed.getOptionValueSource(name) !== "default";
    const hasDuration = values.count === undefined || isGiven("duration");
    return {
      log: readLogSettings(parsed),
      target: values.stdout
        ? { kind: "stdout" }
        : {
            kind: "kafka",
            kafka: readKafkaArguments(parsed),
            topic: values.topic,
            partitionCount: values.partitions,
          },
      periodMs: readPeriodMs(parsed, values),
      durationMs: hasDuration ? values.duration : undefined,
      count: values.count,
      seed: values.seed,
      dirtyShare: values.dirty,
    };
  });
}

/** The command line counts more than the environment; on a level the two exclude each other. */
function readPeriodMs(command: Command, { rate, interval }: ProduceOptionValues): number {
  if (rate === undefined) return interval;
  const intervalSource = command.getOptionValueSource("interval");
  if (intervalSource === command.getOptionValueSource("rate")) {
    throw new CommandLineError("USAGE_INVALID", "--rate and --interval exclude each other");
  }
  return intervalSource === "cli" ? interval : 1_000 / rate;
}
