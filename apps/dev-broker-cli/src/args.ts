import {
  CommandLineError,
  createCommand,
  integerOption,
  type LogSettings,
  type ParseOutcome,
  parseCommandLine,
  readLogSettings,
  repeatableOption,
  textOption,
} from "@salon/command-line";
import type { NewTopic } from "@salon/dev-broker";

/** What `salon-dev-broker` is to do. */
export interface BrokerArguments {
  readonly log: LogSettings;
  readonly host: string;
  readonly port: number;
  readonly advertisedAddress?: string | undefined;
  /** Absent: everything is in memory. */
  readonly directory?: string | undefined;
  readonly partitions: number;
  readonly topics: readonly NewTopic[];
}

interface BrokerOptionValues {
  readonly host: string;
  readonly port: number;
  readonly advertisedAddress?: string;
  readonly directory?: string;
  readonly partitions: number;
  readonly topic: readonly string[];
}

const PARTITIONS_MAX = 10_000;

/** Turns the arguments, and the environment where they are silent, into settings. */
export function parseArgs(argv: readonly string[], version: string): ParseOutcome<BrokerArguments> {
  const command = createCommand({
    name: "salon-dev-broker",
    description: "Runs an embedded Kafka broker for demos and tests, until SIGINT or SIGTERM.",
    version,
    examples: [
      {
        does: "At 127.0.0.1:29092, in memory:",
        line: "salon-dev-broker",
      },
      {
        does: "With a topic, on disk:",
        line: "salon-dev-broker --topic nail_salon_ratings:4 --directory ./broker",
      },
      {
        does: "On a free port, which the first line names:",
        line: "salon-dev-broker --port 0 --log-format json",
      },
    ],
  })
    .addOption(integerOption("--port <number>", "0 is a free one", { min: 0, max: 65_535 }, 29_092))
    .addOption(textOption("--host <address>", "where to listen", "127.0.0.1"))
    .addOption(
      textOption(
        "--advertised-address <host:port>",
        "where clients are told to connect to (default: where it listens)",
      ),
    )
    .addOption(
      textOption("--directory <path>", "keeps topics, records and offsets (default: in memory)"),
    )
    .addOption(repeatableOption("--topic <name:partitions>", "create this topic; repeatable"))
    .addOption(
      integerOption(
        "--partitions <number>",
        "partitions of topics whose creator does not say",
        { min: 1, max: PARTITIONS_MAX },
        3,
      ),
    );
  return parseCommandLine(command, argv, (parsed) => {
    const { topic, ...values } = parsed.opts<BrokerOptionValues>();
    return {
      log: readLogSettings(parsed),
      host: values.host,
      port: values.port,
      advertisedAddress: values.advertisedAddress,
      directory: values.directory,
      partitions: values.partitions,
      topics: topic.map((text) => parseTopic(text, values.partitions)),
    };
  });
}

function parseTopic(text: string, otherwise: number): NewTopic {
  const [, name, digits] = /^([^:]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const partitions = digits === undefined ? otherwise : Number(digits);
  if (name !== undefined && partitions >= 1 && partitions <= PARTITIONS_MAX) {
    return { name, partitions };
  }
  throw new CommandLineError("USAGE_INVALID", `--topic takes name:partitions, not "${text}"`);
}
