import type { ErrorName } from "@salon/kafka-protocol";
import { BrokerError } from "../broker/broker-error.ts";
import { KafkaIoError } from "../kafka-io-error.ts";

/** Another member took the place of this one, or no member could be one beside the others. */
export function endsMembership(error: unknown): error is BrokerError {
  return error instanceof BrokerError && ENDING_CODES.has(error.code);
}

/** The group has another generation, or this member is none any more: it joins again. */
export function endsGeneration(error: unknown): boolean {
  return isOneOf(error, [
    "REBALANCE_IN_PROGRESS",
    "ILLEGAL_GENERATION",
    "UNKNOWN_MEMBER_ID",
    "FENCED_MEMBER_EPOCH",
  ]);
}

/** The group has gone on without the member: what it has may be another's. */
export function isLost(error: unknown): boolean {
  return endsMembership(error) || isOneOf(error, ["ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID"]);
}

/**
 * The group's coordinator is new, or another one by now, which it tells in a moment: as a cluster's
 * first group finds it.
 */
export function isCoordinatorUnready(error: unknown): boolean {
  return isOneOf(error, [
    "COORDINATOR_LOAD_IN_PROGRESS",
    "COORDINATOR_NOT_AVAILABLE",
    "NOT_COORDINATOR",
  ]);
}

/** The group is between generations, or the member has not heard of the latest one yet. */
export function isCommitEarly(error: unknown): boolean {
  return isOneOf(error, ["REBALANCE_IN_PROGRESS", "ILLEGAL_GENERATION", "STALE_MEMBER_EPOCH"]);
}

/** What a member outside of any generation gets that commits. */
export function outsideOfGeneration(groupId: string): KafkaIoError {
  return new KafkaIoError("KAFKA_REQUEST_FAILED", "offsets committed outside of a generation", {
    context: { groupId },
    retryable: true,
  });
}

/**
 * What it means for good that brokers do not take a member by KIP-848; undefined for other errors.
 */
export function unsupportedGroupProtocol(
  error: unknown,
  groupId: string,
): KafkaIoError | undefined {
  if (isOneOf(error, ["GROUP_ID_NOT_FOUND"])) {
    const message = `group ${groupId} has members of the classic protocol that cannot stay`;
    return new KafkaIoError("GROUP_INCOMPATIBLE", message, { context: { groupId }, cause: error });
  }
  const isUnknown = error instanceof KafkaIoError && error.code === "API_UNSUPPORTED";
  if (!isUnknown && !isOneOf(error, ["UNSUPPORTED_VERSION"])) return undefined;
  return new KafkaIoError(
    "SETTINGS_INVALID",
    `the group protocol "consumer" (--group-protocol) needs Kafka 4.0 or newer: ${error.message}`,
    { context: { groupId }, cause: error },
  );
}

/** False where the group has forgotten the member's id. */
export function keepsMemberId(error: unknown): boolean {
  return !isOneOf(error, ["UNKNOWN_MEMBER_ID"]);
}

const ENDING_CODES: ReadonlySet<string> = new Set(["MEMBER_FENCED", "GROUP_INCOMPATIBLE"]);

function isOneOf(error: unknown, names: readonly ErrorName[]): error is BrokerError {
  if (!(error instanceof BrokerError) || error.errorName === undefined) return false;
  return names.includes(error.errorName);
}
