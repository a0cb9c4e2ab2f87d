import {
  type CatalogArguments,
  choiceOption,
  type Command,
  CommandLineError,
  durationOption,
  textOption,
} from "@salon/command-line";
import type { KafkaSourceSettings } from "@salon/kafka-io";
import { defaultGroupId } from "./group-id.ts";

/** Who shares the partitions out: one of the members, or the brokers. */
type GroupProtocol = NonNullable<KafkaSourceSettings["groupProtocol"]>;

/** Which partitions a process reads, and from where. */
export interface ReaderArguments {
  /** Absent where partitions are assigned and no group was named. */
  readonly groupId?: string | undefined;
  /** Of a static member. */
  readonly groupInstanceId?: string | undefined;
  readonly groupProtocol: GroupProtocol;
  readonly sessionTimeoutMs: number;
  /** Where the brokers' records are to be read; absent: from leaders. */
  readonly clientRack?: string | undefined;
}

interface ReaderOptionValues {
  readonly topic: string;
  readonly groupId?: string;
  readonly groupInstanceId?: string;
  readonly groupProtocol: GroupProtocol;
  readonly assign?: string;
  readonly sessionTimeout: number;
  readonly clientRack?: string;
}

/** Adds the flags of {@link readReaderArguments} and {@link readAssignment}. */
export function addReaderOptions(command: Command): void {
  command
    .addOption(
      textOption(
        "--group-id <name>",
        "consumer group whose members share the partitions (default: one for topic and table)",
      ),
    )
    .addOption(
      textOption(
        "--group-instance-id <name>",
        "this process's own name in its group, which keeps its partitions for it while it restarts",
      ),
    )
    .addOption(
      choiceOption(
        "--group-protocol <name>",
        "who shares the partitions out: a member, or the brokers, of Kafka 4.0 or newer (KIP-848)",
        ["classic", "consumer"],
        "classic",
      ),
    )
    .addOption(textOption("--assign <numbers>", "read these partitions, as 0,1,2, without a group"))
    .addOption(
      durationOption(
        "--session-timeout <time>",
        "after how long without a sign of life the group replaces a member",
        {
          defaultText: "10s",
          minMs: 1_000,
        },
      ),
    )
    .addOption(
      textOption(
        "--client-rack <name>",
        "rack or zone of this process: read from replicas there, where brokers select them by rack",
      ),
    );
}

/** The partitions of `--assign`, ascending. Throws `USAGE_INVALID`. */
export function readAssignment(command: Command): readonly number[] | undefined {
  const { assign } = command.opts<ReaderOptionValues>();
  return assign === undefined ? undefined : parsePartitions(assign);
}

/** How the partitions are shared and read. Throws `USAGE_INVALID`. */
export function readReaderArguments(command: Command, catalog: CatalogArguments): ReaderArguments {
  const values = command.opts<ReaderOptionValues>();
  const { topic, groupId, groupInstanceId, groupProtocol, assign, clientRack } = values;
  refuseEmpty("--group-id", groupId);
  refuseEmpty("--group-instance-id", groupInstanceId);
  if (groupInstanceId !== undefined && assign !== undefined) {
    throw usageError("--group-instance-id has no effect with --assign: no group is joined");
  }
  if (groupProtocol === "consumer") {
    if (assign !== undefined) {
      throw usageError("--group-protocol has no effect with --assign: no group is joined");
    }
    if (command.getOptionValueSource("sessionTimeout") !== "default") {
      const property = "the brokers' group.consumer.session.timeout.ms";
      throw usageError(`--session-timeout has no effect with --group-protocol: ${property} has`);
    }
  }
  refuseEmpty("--client-rack", clientRack);
  return {
    groupId: groupId ?? (assign === undefined ? defaultGroupId(topic, catalog) : undefined),
    groupInstanceId,
    groupProtocol,
    sessionTimeoutMs: values.sessionTimeout,
    clientRack,
  };
}

/** Throws `USAGE_INVALID` for a flag that was given nothing. */
export function refuseEmpty(flag: string, value: string | undefined): void {
  if (value === "") throw usageError(`${flag} must not be empty`);
}

function parsePartitions(text: string): readonly number[] {
  const numbers = text.split(",").map((part) => part.trim());
  const partitions = [...new Set(numbers.map(Number))].toSorted((a, b) => a - b);
  const isList = numbers.every((number) => /^\d{1,9}$/.test(number));
  if (isList && partitions.length === numbers.length) return partitions;
  throw usageError(`--assign takes different partitions, as 0,1,2, not "${text}"`);
}

function usageError(message: string): CommandLineError {
  return new CommandLineError("USAGE_INVALID", message);
}
