import { SinkError } from "../sink-error.ts";
import type { EngineState } from "./engine-state.ts";
import { fail, step } from "./engine-step.ts";
import type { EngineStep } from "./engine-step.ts";

/**
 * Partitions are given to this member. Another may have had them until now, so the table says anew
 * where they begin; what is still filling from before is not committed on the way.
 */
export function assigned(state: EngineState, partitions: readonly number[]): EngineStep {
  const unit = state.filling;
  // A group's leader may have seen added partitions before this member did.
  const count = Math.max(
    state.identity.partitions,
    ...partitions.map((partition) => partition + 1),
  );
  const waits = {
    identity: { ...state.identity, partitions: count },
    awaiting: partitions,
    partitions: new Map(),
    isRevoking: false,
  };
  const drop =
    unit === undefined
      ? []
      : [{ kind: "drop-unit", unitId: unit.unitId, keepFiles: false } as const];
  if (state.phase === "establishing" || state.reading !== undefined) {
    return step(state, { ...waits, filling: undefined }, drop);
  }
  return step(state, { ...waits, filling: undefined, reading: "assign" }, [
    ...drop,
    { kind: "read-table" },
  ]);
}

/** The partitions will be another member's: what was read of them is committed before they go. */
export function revoked(state: EngineState): EngineStep {
  return step(state, { isRevoking: true, awaiting: undefined });
}

/** The topic has this many partitions now; added ones get a position before they are read. */
export function partitionsCounted(state: EngineState, count: number): EngineStep {
  const known = Math.max(state.identity.partitions, state.record?.partitions ?? 0);
  if (count < known) {
    return fail(
      state,
      new SinkError(
        "PARTITIONS_SHRUNK",
        `topic ${state.identity.topic} has ${count} partitions and had ${known}: it was created ` +
          `anew; use another --table for the new topic`,
      ),
    );
  }
  const identity = { ...state.identity, partitions: count };
  return step(state, { identity, isCounting: false });
}
