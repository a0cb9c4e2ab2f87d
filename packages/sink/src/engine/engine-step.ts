import type { EngineEffect } from "./engine-effect.ts";
import type { EngineState } from "./engine-state.ts";

/** A new state and what is to be done on the way to it. */
export interface EngineStep {
  readonly state: EngineState;
  readonly effects: readonly EngineEffect[];
}

/** The step of a state with changes. */
export function step(
  state: EngineState,
  changes: Partial<EngineState> = {},
  effects: readonly EngineEffect[] = [],
): EngineStep {
  return { state: { ...state, ...changes }, effects };
}

/** One step after another: their effects stand in that order. */
export function andThen(first: EngineStep, next: (state: EngineState) => EngineStep): EngineStep {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

/**
 * The end with an error: what was read and not committed is dropped, and read again by the next
 * start.
 */
export function fail(state: EngineState, error: Error): EngineStep {
  const drop: EngineEffect[] =
    state.filling === undefined
      ? []
      : [{ kind: "drop-unit", unitId: state.filling.unitId, keepFiles: false }];
  return step(state, { phase: "failed", filling: undefined, error }, [
    ...drop,
    { kind: "finish", error },
  ]);
}
