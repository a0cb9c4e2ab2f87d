import type { KafkaConnectionSettings } from "@salon/kafka-io";
import { type Command, InvalidArgumentError, type Option } from "commander";
import { choiceOption, textOption } from "./option.ts";
import { loadSasl, readSasl, type SaslArguments, saslOptions } from "./sasl-options.ts";
import type { SaslOptionValues } from "./sasl-options.ts";
import { readSecretFile, readTextFile } from "./text-file.ts";
import { refuseBoth, refuseWithout, usageError } from "./usage-error.ts";

const DEFAULT_TOPIC = "nail_salon_ratings";

/** Where the broker of the compose stack listens for programs outside of it. */
const DEFAULT_BOOTSTRAP_SERVERS = "localhost:29092";

/** Kafka's names for how a connection is protected. */
export type SecurityProtocol = "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL";

/** Whose connections to brokers are used. */
type KafkaDriver = NonNullable<KafkaConnectionSettings["driver"]>;

/** What the command line says of the cluster; files are not read yet. */
export interface KafkaArguments {
  /** `host:port`, at least one. */
  readonly bootstrapServers: readonly string[];
  readonly driver: KafkaDriver;
  readonly securityProtocol: SecurityProtocol;
  /** Present where the protocol is one with SASL. */
  readonly sasl?: SaslArguments | undefined;
  /** Present where the protocol is one with TLS. Paths of PEM files. */
  readonly tls?:
    | {
        readonly caFile?: string | undefined;
        readonly certFile?: string | undefined;
        readonly keyFile?: string | undefined;
        readonly keyPassword?: string | undefined;
        readonly keyPasswordFile?: string | undefined;
      }
    | undefined;
}

interface KafkaOptionValues extends SaslOptionValues {
  readonly bootstrapServers?: string;
  readonly kafkaDriver: KafkaDriver;
  readonly securityProtocol: SecurityProtocol;
  readonly sslCaFile?: string;
  readonly sslCertFile?: string;
  readonly sslKeyFile?: string;
  readonly sslKeyPassword?: string;
  readonly sslKeyPasswordFile?: string;
}

/**
 * Adds `--bootstrap-servers` and `--topic`, with defaults unless `presence` is `"optional"`, and
 * the security flags. No secret has a default, so that `--help` never shows one.
 */
export function addKafkaOptions(
  command: Command,
  presence: "default" | "optional" = "default",
): Command {
  const [servers, topic] = presence === "default" ? [DEFAULT_BOOTSTRAP_SERVERS, DEFAULT_TOPIC] : [];
  command
    .addOption(textOption("--bootstrap-servers <host:port,...>", "brokers to ask first", servers))
    .addOption(textOption("--topic <name>", "topic of the ratings", topic).argParser(parseTopic))
    .addOption(driverOption());
  for (const option of securityOptions()) command.addOption(option.helpGroup("Security:"));
  return command;
}

/**
 * What the options of {@link addKafkaOptions} say.
 *
 * Throws `USAGE_INVALID` for options that are malformed, lack their partner or would have no
 * effect, and where no brokers are named.
 */
export function readKafkaArguments(command: Command): KafkaArguments {
  const kafka = readOptionalKafkaArguments(command);
  if (kafka === undefined) throw usageError("--bootstrap-servers is missing");
  return kafka;
}

/** As {@link readKafkaArguments}, but undefined where no brokers are named. */
export function readOptionalKafkaArguments(command: Command): KafkaArguments | undefined {
  const values = command.optsWithGlobals<KafkaOptionValues>();
  const { bootstrapServers, securityProtocol } = values;
  if (bootstrapServers === undefined) return undefined;
  return {
    bootstrapServers: bootstrapServers.split(",").map(parseServer),
    driver: values.kafkaDriver,
    securityProtocol,
    sasl: readSasl(command, values, saslProtocol(securityProtocol)),
    tls: readTls(values),
  };
}

/**
 * Reads the files that the arguments name.
 *
 * Throws `FILE_UNREADABLE` naming flag and path.
 */
export async function loadKafkaConnection(
  kafka: KafkaArguments,
  clientId: string,
): Promise<KafkaConnectionSettings> {
  const { bootstrapServers, driver, sasl, tls } = kafka;
  const connection: KafkaConnectionSettings = { bootstrapServers, clientId, driver };
  const [ca, cert, key, keyPasswordOfFile, saslSettings] = await Promise.all([
    readTextFile("--ssl-ca-file", tls?.caFile),
    readTextFile("--ssl-cert-file", tls?.certFile),
    readTextFile("--ssl-key-file", tls?.keyFile),
    readSecretFile("--ssl-key-password-file", tls?.keyPasswordFile),
    sasl && loadSasl(sasl),
  ]);
  const passphrase = tls?.keyPassword ?? keyPasswordOfFile;
  return {
    ...connection,
    ...(tls && { tls: { ca, cert, key, passphrase } }),
    ...(saslSettings && { sasl: saslSettings }),
  };
}

function driverOption(): Option {
  const description = "whose connections to Kafka are used";
  return choiceOption("--kafka-driver <name>", description, ["salon", "kafkajs"], "salon");
}

function securityOptions(): readonly Option[] {
  return [
    choiceOption(
      "--security-protocol <protocol>",
      "how the connection to Kafka is protected",
      ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"],
      "PLAINTEXT",
    ),
    ...saslOptions(),
    textOption("--ssl-ca-file <path>", "PEM certificates that brokers are trusted by"),
    textOption("--ssl-cert-file <path>", "PEM certificate to present to brokers"),
    textOption("--ssl-key-file <path>", "PEM private key of that certificate"),
    textOption("--ssl-key-password <text>", "its password; others see it in the process list"),
    textOption("--ssl-key-password-file <path>", "file that holds the password of the key"),
  ];
}

/** A name that Kafka accepts for a topic. */
function parseTopic(name: string): string {
  if (/^[A-Za-z0-9._-]{1,249}$/.test(name) && name !== "." && name !== "..") return name;
  throw new InvalidArgumentError("A topic's name has up to 249 letters, digits, dots, _ and -.");
}

function parseServer(text: string): string {
  const server = text.trim();
  const match = /^(?:[^\s:/[\]]+|\[[0-9a-fA-F:.]+\]):(\d{1,5})$/.exec(server);
  const port = Number(match?.[1] ?? 0);
  if (port >= 1 && port <= 65_535) return server;
  throw usageError(`--bootstrap-servers takes host:port, separated by commas, not "${text}"`);
}

function saslProtocol(protocol: SecurityProtocol): string | undefined {
  return protocol.startsWith("SASL_") ? `--security-protocol ${protocol}` : undefined;
}

function readTls(values: KafkaOptionValues): KafkaArguments["tls"] {
  const { sslCaFile, sslCertFile, sslKeyFile, sslKeyPassword, sslKeyPasswordFile } = values;
  const password = {
    "--ssl-key-password": sslKeyPassword,
    "--ssl-key-password-file": sslKeyPasswordFile,
  };
  if (!values.securityProtocol.endsWith("SSL")) {
    refuseWithout("--security-protocol SSL or SASL_SSL", {
      "--ssl-ca-file": sslCaFile,
      "--ssl-cert-file": sslCertFile,
      "--ssl-key-file": sslKeyFile,
      ...password,
    });
    return undefined;
  }
  if (sslCertFile !== undefined && sslKeyFile === undefined) {
    throw usageError("--ssl-cert-file needs --ssl-key-file");
  }
  if (sslKeyFile !== undefined && sslCertFile === undefined) {
    throw usageError("--ssl-key-file needs --ssl-cert-file");
  }
  if (sslKeyFile === undefined) refuseWithout("--ssl-key-file", password);
  refuseBoth(password);
  return {
    caFile: sslCaFile,
    certFile: sslCertFile,
    keyFile: sslKeyFile,
    keyPassword: sslKeyPassword,
    keyPasswordFile: sslKeyPasswordFile,
  };
}
