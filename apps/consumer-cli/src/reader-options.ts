import {
  type CatalogArguments,
  type Command,
  CommandLineError,
  durationOption,
  textOption,
} from "@salon/command-line";
import { defaultGroupId } from "./group-id.ts";

/** Which partitions a process reads, and from where. */
export interface ReaderArguments {
  /** Absent where partitions are assigned and no group was named. */
  readonly groupId?: string | undefined;
  /** Of a static member. */
  readonly groupInstanceId?: string | undefined;
  readonly sessionTimeoutMs: number;
  /** Where the brokers' records are to be read; absent: from leaders. */
  readonly clientRack?: string | undefined;
}

interface ReaderOptionValues {
  readonly topic: string;
  readonly groupId?: string;
  readonly groupInstanceId?: string;
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
  const { topic, groupId, groupInstanceId, assign, sessionTimeout, clientRack } =
    command.opts<ReaderOptionValues>();
  refuseEmpty("--group-id", groupId);
  refuseEmpty("--group-instance-id", groupInstanceId);
  if (groupInstanceId !== undefined && assign !== undefined) {
    throw usageError("--group-instance-id has no effect with --assign: no group is joined");
  }
  refuseEmpty("--client-rack", clientRack);
  return {
    groupId: groupId ?? (assign === undefined ? defaultGroupId(topic, catalog) : undefined),
    groupInstanceId,
    sessionTimeoutMs: sessionTimeout,
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
