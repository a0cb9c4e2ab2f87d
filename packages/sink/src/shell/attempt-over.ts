import type { AttemptOutcome } from "@salon/iceberg-writer";
import type { AttemptResult } from "../engine/engine-event.ts";
import type { PlannedCommit } from "../protocol/own-commit.ts";

type AttemptEnd = { readonly kind: "fenced" } | Extract<PlannedCommit, { kind: "superfluous" }>;

/** Ends an attempt before it is sent, with what its base has to say. */
export class AttemptOver extends Error {
  readonly end: AttemptEnd;

  constructor(end: AttemptEnd) {
    super(end.kind);
    this.end = end;
  }
}

/** What the engine is told of an attempt that was sent and is not known to be applied. */
export function resultOf(
  outcome: Extract<AttemptOutcome, { kind: "conflict" | "unknown" }>,
): AttemptResult {
  if (outcome.kind === "conflict") return outcome;
  const { cause } = outcome;
  return { kind: "unknown", reason: cause instanceof Error ? cause.message : String(cause) };
}
