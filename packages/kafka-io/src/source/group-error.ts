import type { ErrorName } from "@salon/kafka-protocol";
import { BrokerError } from "../broker/broker-error.ts";

/** Another member took the place of this one, or no member could be one beside the others. */
export function endsMembership(error: unknown): error is BrokerError {
  return error instanceof BrokerError && ENDING_CODES.has(error.code);
}

/** The group has another generation, or this member is none any more: it joins again. */
export function endsGeneration(error: unknown): boolean {
  return isOneOf(error, ["REBALANCE_IN_PROGRESS", "ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID"]);
}

/** The group waits for the member to join its next generation, and has it keep its place. */
export function canMemberGoOn(error: unknown): boolean {
  return isOneOf(error, ["REBALANCE_IN_PROGRESS"]);
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

/** False where the group has forgotten the member's id. */
export function keepsMemberId(error: unknown): boolean {
  return !isOneOf(error, ["UNKNOWN_MEMBER_ID"]);
}

const ENDING_CODES: ReadonlySet<string> = new Set(["MEMBER_FENCED", "GROUP_INCOMPATIBLE"]);

function isOneOf(error: unknown, names: readonly ErrorName[]): boolean {
  if (!(error instanceof BrokerError) || error.errorName === undefined) return false;
  return names.includes(error.errorName);
}
