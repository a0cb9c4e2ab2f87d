import type { CommitPlan } from "../protocol/own-commit.ts";
import type { EngineState } from "./engine-state.ts";
import { step } from "./engine-step.ts";
import type { EngineStep } from "./engine-step.ts";

/** Sends a commit that carries no files: a position alone. */
export function startCommit(state: EngineState, plan: CommitPlan): EngineStep {
  if (state.commit !== undefined) throw new Error("a commit is under way already");
  const commitId = state.nextNumber;
  return step(
    state,
    {
      nextNumber: commitId + 1,
      commit: { commitId, plan, stage: "attempting", failures: 0, wasUnknown: false },
    },
    [{ kind: "attempt-commit", commitId, plan, afterMs: 0 }],
  );
}

/** Closes the filling unit, which becomes the commit under way. */
export function sealFilling(state: EngineState): EngineStep {
  const unit = state.filling;
  if (unit === undefined || state.commit !== undefined) {
    throw new Error("nothing to seal, or a commit is under way already");
  }
  return step(
    state,
    {
      filling: undefined,
      isCommitDue: false,
      lastSealMs: state.nowMs,
      nextNumber: state.nextNumber + 1,
      commit: {
        commitId: state.nextNumber,
        unitId: unit.unitId,
        plan: { kind: "unit", stretches: unit.stretches },
        stage: "sealing",
        failures: 0,
        wasUnknown: false,
      },
    },
    [{ kind: "seal-unit", unitId: unit.unitId }],
  );
}
