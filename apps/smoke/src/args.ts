import {
  addCatalogOptions,
  addKafkaOptions,
  type CatalogArguments,
  type Command,
  createCommand,
  durationOption,
  type KafkaArguments,
  type LogSettings,
  type ParseOutcome,
  parseCommandLine,
  readCatalogArguments,
  readKafkaArguments,
  readLogSettings,
} from "@salon/command-line";

/** What the smoke test is to look at. */
export interface SmokeSettings {
  readonly log: LogSettings;
  readonly kafka: KafkaArguments;
  readonly topic: string;
  readonly catalog: CatalogArguments;
  /** How long each step may take. */
  readonly timeoutMs: number;
}

interface SmokeOptionValues {
  readonly topic: string;
  readonly timeout: number;
}

/** The table of docker/compose.yaml, as programs on this machine reach it. */
export const STACK_PROPERTIES = {
  type: "hadoop",
  warehouse: "s3a://warehouse",
  "s3.endpoint": "http://localhost:9000",
  "s3.path-style-access": "true",
  "s3.region": "us-east-1",
  "s3.access-key-id": "admin",
  "s3.secret-access-key": "password",
} as const;

const PLACE_OPTIONS = ["catalog", "catalogProperty", "warehouse", "namespace"];

/** Turns the arguments, and the environment where they are silent, into settings. */
export function parseArgs(argv: readonly string[], version: string): ParseOutcome<SmokeSettings> {
  const command = createCommand({
    name: "smoke",
    description:
      "Sends three ratings through a running pipeline, reads them back from Kafka, waits until " +
      "they stand in the table, and prints what it saw. Where neither --catalog, " +
      "--catalog-property, --warehouse nor --namespace is given it looks into the table of " +
      "docker/compose.yaml.",
    version,
    examples: [
      {
        does: "The stack of docker/compose.yaml:",
        line: "npm run smoke",
      },
      {
        does: "salon-consume with its defaults:",
        line: "npm run smoke -- --warehouse ./warehouse",
      },
      {
        does: "Another cluster and a REST catalog:",
        line:
          "npm run smoke -- --bootstrap-servers kafka.example:9092 \\\n" +
          "--catalog rest --catalog-property uri=http://localhost:8181",
      },
    ],
  });
  addKafkaOptions(command);
  addCatalogOptions(command).addOption(
    durationOption("--timeout <time>", "how long each step may take", {
      defaultText: "1m",
      minMs: 1_000,
    }),
  );
  return parseCommandLine(command, argv, (parsed) => {
    const { topic, timeout } = parsed.opts<SmokeOptionValues>();
    return {
      log: readLogSettings(parsed),
      kafka: readKafkaArguments(parsed),
      topic,
      catalog: readCatalog(parsed),
      timeoutMs: timeout,
    };
  });
}

function readCatalog(command: Command): CatalogArguments {
  const catalog = readCatalogArguments(command);
  const isPlaceGiven = PLACE_OPTIONS.some((name) =>
    ["cli", "env"].includes(command.getOptionValueSource(name) ?? "default"),
  );
  return isPlaceGiven ? catalog : { ...catalog, properties: STACK_PROPERTIES };
}
