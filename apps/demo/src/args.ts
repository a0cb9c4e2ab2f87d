import {
  createCommand,
  integerOption,
  type LogSettings,
  type ParseOutcome,
  parseCommandLine,
  readLogSettings,
  textOption,
} from "@salon/command-line";

/** What the demo is to show. */
export interface DemoSettings {
  readonly log: LogSettings;
  readonly seconds: number;
  /** Ratings a second. */
  readonly rate: number;
  /** Stays up after its report, at the ports of the real pipeline. */
  readonly keep: boolean;
  /** Absent: one of this run, below `warehouse` in the current directory. */
  readonly directory?: string | undefined;
}

interface DemoOptionValues {
  readonly seconds: number;
  readonly rate: number;
  readonly keep?: boolean;
  readonly directory?: string;
}

/** Turns the arguments, and the environment where they are silent, into settings. */
export function parseArgs(argv: readonly string[], version: string): ParseOutcome<DemoSettings> {
  const command = createCommand({
    name: "demo",
    description:
      "Shows the whole pipeline on one machine: an embedded Kafka broker, ratings of which a few " +
      "are dirty, an Iceberg table on local disk, and the proof that each is there exactly once.",
    version,
    examples: [
      {
        does: "Twenty seconds, 5,000 ratings in each:",
        line: "npm run demo",
      },
      {
        does: "More of it, and stay up for the commands and the page:",
        line: "npm run demo -- --rate 20000 --seconds 60 --keep",
      },
    ],
  })
    .addOption(
      integerOption("--seconds <number>", "send ratings for so long", { min: 1, max: 3_600 }, 20),
    )
    .addOption(
      integerOption("--rate <number>", "ratings a second", { min: 1, max: 100_000 }, 5_000),
    )
    .addOption(
      textOption(
        "--keep",
        "stay up afterwards and go on sending, with the broker at localhost:29092 and a status page " +
          "at localhost:4040",
      ),
    )
    .addOption(
      textOption(
        "--directory <path>",
        "where the table goes (default: a new directory below ./warehouse)",
      ),
    );
  return parseCommandLine(command, argv, (parsed) => {
    const { seconds, rate, keep = false, directory } = parsed.opts<DemoOptionValues>();
    return { log: readLogSettings(parsed), seconds, rate, keep, directory };
  });
}
